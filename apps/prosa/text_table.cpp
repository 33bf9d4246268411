#include "apps/prosa/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/assert.hpp"
#include "core/base/visible_text.hpp"

namespace prosa {

TextTable::TextTable(std::vector<std::string> header) { add_visible(std::move(header)); }

void TextTable::add(std::vector<std::string> row) {
    PROSA_ASSERT(row.size() == rows_.front().size(), "a row has a cell for each column");
    add_visible(std::move(row));
}

void TextTable::add_visible(std::vector<std::string> row) {
    for (std::string& cell : row) cell = visible_text(cell);
    rows_.push_back(std::move(row));
}

bool TextTable::is_numeric(std::size_t column) const {
    return column > 0 && std::all_of(rows_.begin() + 1, rows_.end(), [column](const auto& row) {
               const std::string& cell = row[column];
               return cell == "-" || (!cell.empty() && cell[0] >= '0' && cell[0] <= '9');
           });
}

std::string TextTable::text() const {
    std::vector<std::size_t> widths(rows_.front().size());
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    std::string text;
    for (const auto& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i)
            text += is_numeric(i) ? fmt::format("  {:>{}}", row[i], widths[i])
                                  : fmt::format("  {:<{}}", row[i], widths[i]);
        text.erase(text.find_last_not_of(' ') + 1);
        text += '\n';
    }
    return text;
}

}  // namespace prosa
