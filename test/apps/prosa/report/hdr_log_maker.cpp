// test/apps/prosa/report/hdr_log_maker.cpp FOLDER: histogram logs whose content is always the same.
//
// v2.hlog   by the product's writer: two tags, three intervals, one of them empty, values out of range
// v1.hlog   the same histograms in V1, with words of 2, 4 and 8 bytes
// all.hgrm  what has no tag, as a distribution
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <string_view>

#include "core/stats/base64.hpp"
#include "core/stats/hgrm.hpp"
#include "core/stats/hlog_writer.hpp"
#include "test/core/stats/plain_encoding.hpp"

namespace {

using namespace prosa;

constexpr Nanos start_ns = 1'700'000'000 * ns_per_s;

HdrHistogram recorded(std::uint64_t seed, int count) {
    std::mt19937_64 random(seed);
    std::lognormal_distribution<double> latency_ns(8, 2);
    HdrHistogram histogram;
    for (int i = 0; i < count; ++i) histogram.record(static_cast<std::int64_t>(latency_ns(random)));
    return histogram;
}

struct Part {
    std::string_view tag;
    Nanos start_ns;
    HdrHistogram histogram;
};

std::vector<Part> parts() {
    std::vector<Part> all{{"", 0, recorded(1, 20'000)},
                          {"service", 0, recorded(2, 10'000)},
                          {"", ns_per_s, recorded(3, 0)},
                          {"", 2 * ns_per_s, recorded(4, 9'997)},
                          {"service", 2 * ns_per_s, recorded(5, 1)}};
    all[3].histogram.record_n(7'200 * ns_per_s, 3);
    return all;
}

void write_v2(const std::filesystem::path& path) {
    std::ofstream file(path);
    HlogWriter writer(file);
    writer.write_header({.title = "always the same", .start_ns = start_ns, .run_tags = {{"kind", "test"}}});
    for (const Part& part : parts()) writer.write_interval(part.tag, part.start_ns, ns_per_s, part.histogram);
}

void write_v1(const std::filesystem::path& path) {
    std::ofstream file(path);
    file << "#[Histogram log format version 1.2]\n#[StartTime: 1700000000.000 (seconds since epoch), a day]\n"
            "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n";
    std::size_t word_size = 2;
    for (const Part& part : parts()) {
        if (!part.tag.empty()) file << "Tag=" << part.tag << ',';
        file << part.start_ns / ns_per_s << ".0,1.0,1.0,"
             << base64_encode(encode_v1_compressed(part.histogram, word_size)) << '\n';
        word_size = word_size == 8 ? 2 : word_size * 2;
    }
}

void write_hgrm(const std::filesystem::path& path) {
    HdrHistogram sum;
    for (const Part& part : parts())
        if (part.tag.empty()) sum.add(part.histogram);
    std::ofstream(path) << hgrm_text(sum);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    const std::filesystem::path folder = argv[1];
    write_v2(folder / "v2.hlog");
    write_v1(folder / "v1.hlog");
    write_hgrm(folder / "all.hgrm");
    return 0;
}
