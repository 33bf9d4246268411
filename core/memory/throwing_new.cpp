#include "core/memory/throwing_new.hpp"

#include <new>

namespace prosa {

void make_new_throw() noexcept {
    if (std::get_new_handler() == nullptr) std::set_new_handler([] { throw std::bad_alloc(); });
}

}  // namespace prosa
