// Memory that a process and those that it forks see alike: a cell leaves numbers there, and makes no call for
// it.
#pragma once

#include <cstddef>
#include <type_traits>

#include "model/error.hpp"

namespace clusterspec {

class SharedPage {
 public:
  static constexpr std::size_t k_size = 4096;

  // Zeroed (mmap(2), MAP_SHARED and MAP_ANONYMOUS).
  static Result<SharedPage> make();

  SharedPage() = default;
  SharedPage(SharedPage&& other) noexcept;
  SharedPage& operator=(SharedPage&& other) noexcept;
  ~SharedPage();

  // The page as numbers. Who reads what another process wrote has to know that it has ended.
  template <class T>
  T* as() const {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= k_size);
    return static_cast<T*>(m_memory);
  }

 private:
  explicit SharedPage(void* memory) : m_memory(memory) {}

  void* m_memory = nullptr;
};

}  // namespace clusterspec
