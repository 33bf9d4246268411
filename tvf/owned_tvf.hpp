// tvf/owned_tvf.hpp: a TVF that owns its bytes: default-constructible, copyable, movable, comparable.
//
// For configuration, filters and tests. Every put scans and may allocate; a transaction's path uses the writer and the
// view over the bus's buffers instead.
//
// Threads   one writer, or many readers that each take their own view().
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "core/base/assert.hpp"
#include "core/base/body_buffer.hpp"
#include "core/base/status.hpp"
#include "tvf/tvf.hpp"

namespace prosa {

template <typename WriterType>
class OwnedTvf {
  public:
    using Writer = WriterType;
    using View = typename WriterType::View;

    OwnedTvf() {
        const TvfError error = edit([](Writer&) {});
        PROSA_ASSERT(error == TvfError::none, "an empty TVF fits everywhere");
    }

    // Checks and copies bytes from outside. Error: the view's.
    static absl::StatusOr<OwnedTvf> from_bytes(std::span<const std::byte> bytes) {
        const absl::StatusOr<View> view = View::validate(bytes);
        if (!view.ok()) return view.status();
        return copy_of(*view);
    }

    static OwnedTvf copy_of(const View& view) {
        OwnedTvf copy;
        if constexpr (requires { view.has_duplicates(); }) {
            if (view.has_duplicates()) return without_duplicates(view);
        }
        const std::span<const std::byte> bytes = view.bytes();
        if (!view.is_empty()) copy.storage_.assign(bytes.begin(), bytes.end());
        return copy;
    }

    View view() const noexcept { return View::trusted(storage_); }
    std::span<const std::byte> bytes() const noexcept { return storage_; }
    bool operator==(const OwnedTvf&) const = default;  // the same fields in the same order

    // Calls change(Writer&) over the present content. On an error the content stays as it was.
    template <typename Change>
    TvfError edit(Change&& change) {
        std::vector<std::byte> edited = storage_;
        BodyBuffer body = buffer_over(edited);
        Writer writer = Writer::reopen(body);
        std::forward<Change>(change)(writer);
        const TvfError error = writer.finish();
        if (error != TvfError::none) return error;
        edited.resize(body.size_bytes);
        storage_ = std::move(edited);
        return error;
    }

    bool is_empty() const noexcept { return view().is_empty(); }
    std::size_t size() const noexcept { return view().size(); }
    bool contains(Tag tag) const noexcept { return view().contains(tag); }
    auto tags() const noexcept { return view().tags(); }
    auto type_of(Tag tag) const noexcept { return view().type_of(tag); }
    auto get_unsigned(Tag tag) const noexcept { return view().get_unsigned(tag); }
    auto get_signed(Tag tag) const noexcept { return view().get_signed(tag); }
    auto get_byte(Tag tag) const noexcept { return view().get_byte(tag); }
    auto get_float(Tag tag) const noexcept { return view().get_float(tag); }
    auto get_string(Tag tag) const noexcept { return view().get_string(tag); }
    auto get_bytes(Tag tag) const { return view().get_bytes(tag); }
    auto get_date(Tag tag) const noexcept { return view().get_date(tag); }
    auto get_datetime(Tag tag) const noexcept { return view().get_datetime(tag); }
    auto get_buffer(Tag tag) const { return view().get_buffer(tag); }

    TvfError put_unsigned(Tag tag, std::uint64_t value) {
        return edit([=](Writer& writer) { writer.put_unsigned(tag, value); });
    }
    TvfError put_signed(Tag tag, std::int64_t value) {
        return edit([=](Writer& writer) { writer.put_signed(tag, value); });
    }
    TvfError put_byte(Tag tag, std::uint8_t value) {
        return edit([=](Writer& writer) { writer.put_byte(tag, value); });
    }
    TvfError put_float(Tag tag, double value) {
        return edit([=](Writer& writer) { writer.put_float(tag, value); });
    }
    TvfError put_string(Tag tag, std::string_view value) {
        return edit([=](Writer& writer) { writer.put_string(tag, value); });
    }
    TvfError put_bytes(Tag tag, std::span<const std::byte> value) {
        return edit([=](Writer& writer) { writer.put_bytes(tag, value); });
    }
    TvfError put_date(Tag tag, Date value) {
        return edit([=](Writer& writer) { writer.put_date(tag, value); });
    }
    TvfError put_datetime(Tag tag, DateTime value) {
        return edit([=](Writer& writer) { writer.put_datetime(tag, value); });
    }
    TvfError put_buffer(Tag tag, const OwnedTvf& value) {
        return edit([&](Writer& writer) { writer.put_buffer(tag, value.view()); });
    }
    bool remove(Tag tag) {
        bool was_there = false;
        const TvfError error = edit([&](Writer& writer) { was_there = writer.remove(tag); });
        return was_there && error == TvfError::none;
    }

  private:
    // Foreign text may hold a tag twice; bytes of ours never do.
    static OwnedTvf without_duplicates(const View& view) {
        OwnedTvf copy;
        const TvfError error = copy.edit([&](Writer& writer) {
            for (const Tag tag : view.tags()) writer.put_string(tag, *view.get_string(tag));
        });
        PROSA_ASSERT(error == TvfError::none, "less than what was checked fits");
        return copy;
    }

    static BodyBuffer buffer_over(std::vector<std::byte>& storage) {
        const auto size_bytes = static_cast<std::uint32_t>(storage.size());
        return {.data = storage.data(),
                .capacity_bytes = size_bytes,
                .size_bytes = size_bytes,
                .grow = &grow_storage,
                .owner = &storage};
    }

    static bool grow_storage(BodyBuffer& body, std::uint32_t needed_bytes) {
        auto& storage = *static_cast<std::vector<std::byte>*>(body.owner);
        storage.resize(std::max<std::size_t>({needed_bytes, storage.size() * 2, 64}));
        body.data = storage.data();
        body.capacity_bytes = static_cast<std::uint32_t>(storage.size());
        return true;
    }

    std::vector<std::byte> storage_;
};

}  // namespace prosa
