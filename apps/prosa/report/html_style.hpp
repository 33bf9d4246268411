// apps/prosa/report/html_style.hpp: the style of a report's page, for light and dark screens and for paper.
#pragma once

#include <string_view>

namespace prosa {

inline constexpr std::string_view html_style = R"(
:root {
  color-scheme: light dark;
  --page: #f4f4f1; --card: #fdfdfc; --edge: #e2e1dc; --ink: #16161a; --soft: #5a5954; --faint: #8b8a83;
  --grid: #ebeae6; --axis: #b9b8b2; --good: #17845a; --bad: #c8382f;
  --c0: #2a78d6; --c1: #e06a2b; --c2: #1a9a72; --c3: #8a4fc9; --c4: #c98a00; --c5: #d2497f; --c6: #3f8f2f; --c7: #7a6a58;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #121213; --card: #1b1b1d; --edge: #303034; --ink: #f2f2ef; --soft: #b9b8b1; --faint: #85847d;
    --grid: #29292c; --axis: #55555a; --good: #4cc38f; --bad: #f07167;
    --c0: #4d97ee; --c1: #f08a4b; --c2: #35b98c; --c3: #b187ea; --c4: #dfa52a; --c5: #ea74a0; --c6: #74bd5f; --c7: #ad9c88;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }
main { max-width: 1020px; margin: 0 auto; padding: 32px 20px 48px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0; font-weight: 650; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 16px; margin: 0 0 2px; font-weight: 620; }
h3 { font-size: 13px; margin: 16px 0 2px; font-weight: 600; color: var(--soft); }
p { margin: 0; color: var(--soft); }
.subtitle { margin-top: 4px; }
.tags { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 12px; }
.tag { border: 1px solid var(--edge); background: var(--card); border-radius: 999px; padding: 1px 10px; font-size: 13px;
  color: var(--soft); overflow-wrap: anywhere; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 12px; margin: 12px 0 0; }
h1 ~ .tiles { margin-top: 22px; } .tiles + .tiles { margin-top: 12px; }
.tile, section { background: var(--card); border: 1px solid var(--edge); border-radius: 12px; }
.tile { padding: 12px 16px; }
.tile b { display: block; font-size: 24px; font-weight: 620; line-height: 1.25; letter-spacing: -0.01em; white-space: nowrap; }
.tile span { color: var(--soft); font-size: 13px; }
section { margin-top: 16px; padding: 18px 20px; }
section > p { font-size: 13px; margin-bottom: 10px; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13px; color: var(--soft); margin: 6px 0 4px; }
.legend i { display: inline-block; width: 16px; height: 3px; border-radius: 2px; margin-right: 7px; vertical-align: middle; }
svg { display: block; width: 100%; height: auto; }
.grid { stroke: var(--grid); stroke-width: 1; }
.axis { stroke: var(--axis); stroke-width: 1; }
.label { fill: var(--faint); font-size: 12px; font-variant-numeric: tabular-nums; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.line.first:not(:last-of-type) { stroke-width: 4.5; }
.dashed { stroke-dasharray: 6 5; }
.legend .dashed { border-radius: 0; clip-path: polygon(0 0, 38% 0, 38% 100%, 62% 100%, 62% 0, 100% 0, 100% 100%, 0 100%); }
circle { stroke: var(--card); stroke-width: 1.5; }
circle:hover { stroke: var(--ink); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
th { text-align: right; font-weight: 600; color: var(--soft); font-size: 13px; padding: 6px 0 6px 18px; vertical-align: bottom;
  border-bottom: 1px solid var(--axis); }
td { text-align: right; padding: 5px 0 5px 18px; border-bottom: 1px solid var(--grid); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
tr:last-child td { border-bottom: 0; }
.bar { display: flex; height: 14px; border-radius: 4px; overflow: hidden; background: var(--grid); margin: 4px 0 10px; gap: 2px; }
.bar i { display: block; min-width: 2px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 22px; margin: 8px 0 0; font-size: 14px; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
.warning { color: var(--bad); margin-top: 8px; }
footer { color: var(--faint); font-size: 13px; margin-top: 20px; }
.p0 { background: var(--c0); } .p1 { background: var(--c1); } .p2 { background: var(--c2); } .p3 { background: var(--c3); }
.p4 { background: var(--c4); } .p5 { background: var(--c5); } .p6 { background: var(--c6); } .p7 { background: var(--c7); }
path.s0 { stroke: var(--c0); } path.s1 { stroke: var(--c1); } path.s2 { stroke: var(--c2); } path.s3 { stroke: var(--c3); }
path.s4 { stroke: var(--c4); } path.s5 { stroke: var(--c5); } path.s6 { stroke: var(--c6); } path.s7 { stroke: var(--c7); }
circle.s0 { fill: var(--c0); } circle.s1 { fill: var(--c1); } circle.s2 { fill: var(--c2); } circle.s3 { fill: var(--c3); }
circle.s4 { fill: var(--c4); } circle.s5 { fill: var(--c5); } circle.s6 { fill: var(--c6); } circle.s7 { fill: var(--c7); }
@media print { body { background: none; } section, .tile { break-inside: avoid; } }
)";

}  // namespace prosa
