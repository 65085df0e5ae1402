#include "linux/terminal.hpp"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

namespace clusterspec {

Result<Terminal> open_terminal() {
  Terminal terminal;
  terminal.master = Fd(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!terminal.master || ::unlockpt(terminal.master.get()) != 0) return system_failure("opening a pty");
  // By descriptor, not by path: the cell's /dev/pts need not show this pty.
  terminal.slave = Fd(::ioctl(terminal.master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!terminal.slave) return system_failure("opening the pty's other end");
  termios settings{};
  ::tcgetattr(terminal.slave.get(), &settings);
  settings.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  ::tcsetattr(terminal.slave.get(), TCSANOW, &settings);
  return terminal;
}

bool type_byte(const Fd& master, char byte) { return ::write(master.get(), &byte, 1) == 1; }

Result<Fd> signals_as_descriptor(std::initializer_list<int> numbers) {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : numbers) ::sigaddset(&set, number);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  Fd fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) return system_failure("signalfd");
  return fd;
}

int next_signal(const Fd& signals) {
  signalfd_siginfo info{};
  return ::read(signals.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)
             ? static_cast<int>(info.ssi_signo)
             : 0;
}

}  // namespace clusterspec
