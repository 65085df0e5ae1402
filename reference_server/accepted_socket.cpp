#include "reference_server/accepted_socket.hpp"

#include <unistd.h>

namespace reference_server {

void AcceptedSocket::cancel() {
  asio::error_code ignored;
  if (m_watched.is_open()) m_watched.cancel(ignored);
}

void AcceptedSocket::close() {
  const int descriptor = std::exchange(m_descriptor, -1);
  asio::error_code ignored;
  if (m_watched.is_open())
    m_watched.close(ignored);
  else if (descriptor >= 0)
    ::close(descriptor);
}

}  // namespace reference_server
