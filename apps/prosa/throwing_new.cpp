// The program's operator new and delete: mimalloc's memory, and std::bad_alloc when there is none.
//
// Debian's mimalloc is built as C: its own operator new knows no exceptions and ends the process without a word. Those
// of an executable come before those of any library.
#include <mimalloc.h>

#include <cstddef>
#include <new>

namespace {

void* checked(void* memory) {
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

std::size_t value_of(std::align_val_t alignment) { return static_cast<std::size_t>(alignment); }

}  // namespace

void* operator new(std::size_t bytes) { return checked(mi_malloc(bytes)); }
void* operator new[](std::size_t bytes) { return checked(mi_malloc(bytes)); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return mi_malloc(bytes); }
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept { return mi_malloc(bytes); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
    return checked(mi_malloc_aligned(bytes, value_of(alignment)));
}
void* operator new[](std::size_t bytes, std::align_val_t alignment) {
    return checked(mi_malloc_aligned(bytes, value_of(alignment)));
}
void operator delete(void* memory) noexcept { mi_free(memory); }
void operator delete[](void* memory) noexcept { mi_free(memory); }
void operator delete(void* memory, std::size_t) noexcept { mi_free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { mi_free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { mi_free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { mi_free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { mi_free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { mi_free(memory); }
