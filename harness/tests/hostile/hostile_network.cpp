// Answers that are none.
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "hostile.hpp"

namespace hostile {
namespace {

using namespace std::string_literals;

bool write_text(int connection, const std::string& text) {
  return ::send(connection, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

void read_request(int connection) {
  char buffer[4096];
  (void)!::read(connection, buffer, sizeof buffer);
}

void without_end(const Server& server, const std::string& begin, const std::string& again) {
  serve(open_listener(server.port), [&](int connection) {
    read_request(connection);
    if (!write_text(connection, begin)) return;
    while (may_go_on() && write_text(connection, again)) {
    }
  });
}

void once(const Server& server, const std::string& text) {
  serve(open_listener(server.port), [&](int connection) {
    read_request(connection);
    write_text(connection, text);
  });
}

}  // namespace

const std::vector<Mode> k_network_modes{
    {"answers-garbage",
     [](const Server& server) { once(server, "\x1b[2J\x00\xff\xfe SSH-2.0 <![CDATA[]]>\r\n\r\n"s); }},
    {"answers-without-end",
     [](const Server& server) {
       without_end(server, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                   "4000\r\n" + std::string(0x4000, 'x') + "\r\n");
     }},
    {"header-without-end",
     [](const Server& server) { without_end(server, "HTTP/1.1 200 OK\r\nX: ", std::string(16384, 'x')); }},
    {"headers-without-end",
     [](const Server& server) { without_end(server, "HTTP/1.1 200 OK\r\n", "A\x1b[31m\xff: b\r\n"); }},
    {"closes-after-accept", [](const Server& server) { serve(open_listener(server.port), [](int) {}); }},
    {"answers-half",
     [](const Server& server) { once(server, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nhalf"); }},
    {"answers-twice",
     [](const Server& server) {
       once(server,
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
     }},
};

}  // namespace hostile
