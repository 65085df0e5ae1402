#include "linux/shared_page.hpp"

#include <sys/mman.h>

#include <utility>

#include "linux/fd.hpp"

namespace clusterspec {

Result<SharedPage> SharedPage::make() {
  void* memory = ::mmap(nullptr, k_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return system_failure("mmap");
  return SharedPage(memory);
}

SharedPage::SharedPage(SharedPage&& other) noexcept : m_memory(std::exchange(other.m_memory, nullptr)) {}

SharedPage& SharedPage::operator=(SharedPage&& other) noexcept {
  std::swap(m_memory, other.m_memory);
  return *this;
}

SharedPage::~SharedPage() {
  if (m_memory) ::munmap(m_memory, k_size);
}

}  // namespace clusterspec
