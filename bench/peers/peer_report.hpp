// bench/peers/peer_report.hpp: the table of all peers, and the two figures that come out of it.
#pragma once

#include <string>
#include <vector>

#include "apps/prosa/bench/figure_report.hpp"
#include "bench/peers/peer_rounds.hpp"

namespace prosa::bench {

// A row each: medians over the samples that count, and beside them those over samples that were steady
// elsewhere. Then what was seen, and who was not built.
std::string peer_table_text(const std::vector<MeasuredPeer>& peers, const std::vector<PeerSource>& sources);

// best_peer_bus_p50_over_roundtrip_1field and disruptor_p50_over_roundtrip_1field.
std::vector<MeasuredFigure> peer_figures(const std::vector<MeasuredPeer>& peers, const Placement& placement,
                                         RoundLimits limits);

// Writes them to the file in the place of its lines of the same figures; other lines stay.
absl::Status replace_figures(const std::filesystem::path& path, const std::vector<MeasuredFigure>& figures,
                             bool is_quick);

}  // namespace prosa::bench
