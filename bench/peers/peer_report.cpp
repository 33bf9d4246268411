#include "bench/peers/peer_report.hpp"

#include <algorithm>
#include <fstream>

#include "apps/prosa/text_table.hpp"

namespace prosa::bench {
namespace {

const FigureSpec best_bus_spec{"best_peer_bus_p50_over_roundtrip_1field", "ratio",
                               "the fastest of ZeroMQ, nng, CAF and Boost.Asio, over ours", BarKind::at_least,
                               3};
const FigureSpec disruptor_spec{"disruptor_p50_over_roundtrip_1field", "ratio",
                                "LMAX Disruptor, busy, over ours"};

std::string cell(std::optional<double> value, fmt::format_string<double&> format, double scale = 1) {
    if (!value || *value == 0) return "-";
    double scaled = *value * scale;
    return fmt::format(format, scaled);
}

void add_values(const RoundSeries& series, RoundKind kind, std::vector<std::string>& cells) {
    cells.push_back(cell(series.median(kind, peer_p50_ns), "{:.0f}"));
    cells.push_back(cell(series.median(kind, peer_p999_ns), "{:.0f}"));
    cells.push_back(cell(series.median(kind, peer_over_raw), "{:.2f}"));
    cells.push_back(cell(series.median(kind, peer_per_second), "{:.2f}", 1e-6));
    cells.push_back(cell(series.median(kind, peer_batches_per_second), "{:.2f}", 1e-6));
    cells.push_back(cell(series.median(kind, peer_on_one_cpu_ns), "{:.0f}"));
    cells.push_back(fmt::format("{}", series.count(kind)));
}

std::string name_of(const PeerRow& row) { return fmt::format("{}, {}", row.name, row.form); }

// By the samples that count; null when nobody has enough of them, there or at another placement.
const MeasuredPeer* fastest(PeerRole role, const std::vector<MeasuredPeer>& peers) {
    const MeasuredPeer* best = nullptr;
    double best_ns = 0;
    for (const RoundKind kind : {RoundKind::counted, RoundKind::other_placement}) {
        for (const MeasuredPeer& peer : peers) {
            const auto p50_ns = peer.series.median(kind, peer_p50_ns);
            if (peer.row.role != role || !p50_ns || (best != nullptr && *p50_ns >= best_ns)) continue;
            best = &peer;
            best_ns = *p50_ns;
        }
        if (best != nullptr) break;
    }
    return best;
}

FigureResult result_of(const MeasuredPeer& peer, const MeasuredPeer& own, const RoundSeries& series,
                       const Placement& placement) {
    FigureResult result;
    fill_result(series, placement, 0, result);
    const RoundKind kind = result.value ? RoundKind::counted : RoundKind::other_placement;
    for (const auto& [name, side] : {std::pair{"peer_p50_ns", &peer}, {"own_p50_ns", &own}})
        if (const auto p50_ns = side->series.median(kind, peer_p50_ns))
            result.details.emplace_back(name, *p50_ns);
    result.note += (result.note.empty() ? "" : "; ") + name_of(peer.row);
    return result;
}

// Of the best among those with `role`.
FigureResult compare_best(PeerRole role, const std::vector<MeasuredPeer>& peers, const Placement& placement,
                          RoundLimits limits) {
    const auto own = std::find_if(peers.begin(), peers.end(), [](const MeasuredPeer& peer) {
        return peer.row.role == PeerRole::own && peer.row.form == "busy";
    });
    const MeasuredPeer* const best = fastest(role, peers);
    if (best != nullptr && own != peers.end())
        return result_of(*best, *own, compare(*best, *own, placement, limits), placement);
    FigureResult none;
    none.reason = "no peer of that kind was measured, or ours was not";
    return none;
}

bool is_of_figure(const std::string& line, const FigureSpec& spec) {
    return line.rfind(fmt::format(R"({{"figure": "{}")", spec.name), 0) == 0;
}

}  // namespace

std::string peer_table_text(const std::vector<MeasuredPeer>& peers, const std::vector<PeerSource>& sources) {
    TextTable table({"peer", "form", "p50 ns", "p99.9 ns", "/ raw line", "M/s", "in batches", "one CPU ns",
                     "samples", "elsewhere: p50 ns", "p99.9 ns", "/ raw line", "M/s", "in batches",
                     "one CPU ns", "samples"});
    std::string notes;
    for (const MeasuredPeer& peer : peers) {
        std::vector<std::string> cells{peer.row.name, peer.row.form};
        for (const RoundKind kind : {RoundKind::counted, RoundKind::other_placement})
            add_values(peer.series, kind, cells);
        table.add(std::move(cells));
        if (!peer.note.empty()) notes += fmt::format("  {}: {}\n", name_of(peer.row), peer.note);
    }
    for (const PeerSource& source : sources)
        if (source.rows == nullptr)
            notes += fmt::format("  {}: not built: package {}\n", source.name, source.package);
    return table.text() +
           "\n\"M/s\": millions of round trips per second with 256 under way. \"in batches\": 256 requests, "
           "then "
           "their\nreplies. \"one CPU ns\": a round trip by one thread that is both ends: no line moves, "
           "nobody "
           "waits.\n\"elsewhere\": samples whose raw line was steady at another level.\n" +
           (notes.empty() ? "" : "\n" + notes);
}

std::vector<MeasuredFigure> peer_figures(const std::vector<MeasuredPeer>& peers, const Placement& placement,
                                         RoundLimits limits) {
    return {{best_bus_spec, compare_best(PeerRole::bus, peers, placement, limits)},
            {disruptor_spec, compare_best(PeerRole::disruptor, peers, placement, limits)}};
}

absl::Status replace_figures(const std::filesystem::path& path, const std::vector<MeasuredFigure>& figures,
                             bool is_quick) {
    std::string text;
    std::ifstream old(path);
    for (std::string line; std::getline(old, line);)
        if (std::none_of(figures.begin(), figures.end(),
                         [&line](const MeasuredFigure& figure) { return is_of_figure(line, figure.spec); }))
            text += line + '\n';
    for (const MeasuredFigure& figure : figures) text += json_line(figure, is_quick);
    std::ofstream file(path);
    file << text;
    file.flush();
    if (!file) return invalid_argument("--figures: cannot write {}", path.string());
    return absl::OkStatus();
}

}  // namespace prosa::bench
