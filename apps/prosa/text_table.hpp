// apps/prosa/text_table.hpp: rows of text as aligned columns.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "core/base/export.hpp"

namespace prosa {

class PROSA_API TextTable {
  public:
    explicit TextTable(std::vector<std::string> header);

    // Asserted: as many cells as the header has.
    void add(std::vector<std::string> row);

    // The same, of anything fmt can format.
    template <typename... Cells>
    void add_row(const Cells&... cells) {
        add({fmt::format("{}", cells)...});
    }

    bool empty() const noexcept { return rows_.size() == 1; }

    // Columns of numbers (with a unit or without, `-` for none) are aligned to the right, the others to the
    // left; each line is indented and ends in \n. What would steer a terminal is escaped.
    std::string text() const;

  private:
    void add_visible(std::vector<std::string> row);
    bool is_numeric(std::size_t column) const;

    std::vector<std::vector<std::string>> rows_;
};

}  // namespace prosa
