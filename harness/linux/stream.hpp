// Reading what a server prints, and plain files.
#pragma once

#include <string>
#include <string_view>

#include "linux/fd.hpp"
#include "model/units.hpp"

namespace clusterspec {

struct Piece {
  long size = 0;   // bytes; 0: end of the stream; negative: -errno
  Pid writer = 0;  // who wrote them, where the socket was made with credentials
};
// At most `size` bytes, all from one writer. Non-blocking.
Piece receive_piece(int fd, char* data, std::size_t size);

// All of it or an error; handles interruption and short writes. For pipes and files.
bool write_all(int fd, std::string_view text);

// Reads what is there: bytes, 0 for the end, -errno.
long read_some(int fd, char* data, std::size_t size);

Result<Fd> create_file(const std::string& path);
// The whole of it, with these permissions whatever the umask is.
Result<void> write_file(const std::string& path, std::string_view text, int permissions);

// A copy with the same permissions, in the place of what may stand there: whoever opens `to` finds the one or
// the other.
Result<void> copy_program(const std::string& from, const std::string& to);
Result<void> remove_file(const std::string& path);

// Takes up all the room of a stream socket whose reader reads nothing: whoever writes to it now waits.
void fill_up(int socket);

// Waits until nobody holds the lock of that file, which is made if need be, and takes it (flock(2)). It is
// held as long as the descriptor is open, here or in a process that got it.
Result<Fd> lock_file(const std::string& path);

bool is_terminal(int fd);
int terminal_columns(int fd);

// A program as a shell would find it: a path with a slash as it is (made absolute), else in the folder
// `beside` (unless that is empty), else in PATH. Empty: nowhere.
std::string find_program(const std::string& name, const std::string& beside);
std::string own_executable();

// "Linux 6.18.44 x86_64, 2 processors"
std::string host_description();
int processor_count();
bool is_root();

}  // namespace clusterspec
