#pragma once
// A client for tests: blocking steps, each with a deadline. Knows nothing of the server's code.
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace test {

using Clock = std::chrono::steady_clock;
inline constexpr auto k_patience = std::chrono::seconds(20);

// Waits until the descriptor has one of the poll(2) events. False: the patience is over.
bool await(int fd, short events, Clock::time_point deadline);

class Client {
 public:
  explicit Client(std::uint16_t port);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool connected() const { return m_connected; }
  int error() const { return m_error; }  // errno of the last step that failed
  void send(std::string_view bytes);
  // Everything received up to and including `end`; less if the peer closed before.
  std::string receive_until(std::string_view end);
  std::string receive_all();
  void stop_sending();

 private:
  bool receive_some();

  int m_fd;
  bool m_connected = false;
  int m_error = 0;
  std::string m_received;
};

// One GET on its own connection; empty if it failed.
std::string get(std::uint16_t port, const std::string& target);
// The number after "Server-Pid: ", 0 without.
int server_pid(const std::string& response);
std::string request(const std::string& target);

}  // namespace test
