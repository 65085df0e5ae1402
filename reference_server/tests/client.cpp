#include "reference_server/tests/client.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

namespace test {

bool await(int fd, short events, Clock::time_point deadline) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd entry{fd, events, 0};
    const int ready = poll(&entry, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
    if (ready > 0) return true;
    if (ready == 0) return false;
    if (errno != EINTR) return false;
  }
}

Client::Client(std::uint16_t port) : m_fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  m_connected = connect(m_fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  if (!m_connected) m_error = errno;
}

Client::~Client() { close(m_fd); }

void Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(m_fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      m_error = errno;
      return;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool Client::receive_some() {
  if (!await(m_fd, POLLIN, Clock::now() + k_patience)) {
    m_error = ETIMEDOUT;
    return false;
  }
  std::array<char, 65536> buffer{};
  const auto got = recv(m_fd, buffer.data(), buffer.size(), 0);
  if (got < 0) m_error = errno;
  if (got <= 0) return false;
  m_received.append(buffer.data(), static_cast<std::size_t>(got));
  return true;
}

std::string Client::receive_until(std::string_view end) {
  std::size_t at = 0;
  while ((at = m_received.find(end)) == std::string::npos) {
    if (!receive_some()) return std::exchange(m_received, {});
  }
  std::string result = m_received.substr(0, at + end.size());
  m_received.erase(0, result.size());
  return result;
}

std::string Client::receive_all() {
  while (receive_some()) {
  }
  return std::exchange(m_received, {});
}

void Client::stop_sending() { shutdown(m_fd, SHUT_WR); }

std::string request(const std::string& target) { return "GET " + target + " HTTP/1.1\r\nHost: test\r\n\r\n"; }

std::string get(std::uint16_t port, const std::string& target) {
  Client client(port);
  client.send("GET " + target + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
  return client.receive_all();
}

int server_pid(const std::string& response) {
  constexpr std::string_view k_field = "Server-Pid: ";
  const auto at = response.find(k_field);
  return at == std::string::npos ? 0 : std::atoi(response.c_str() + at + k_field.size());
}

}  // namespace test
