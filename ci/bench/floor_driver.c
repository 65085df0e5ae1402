// The floor under a case's time: starts the reference server with two workers, waits for its three listeners,
// gets eight answers, interrupts the group and waits for the end. No check, no isolation, no observation.
//
//   floor_driver --rounds N SERVER PORT
//
// One JSON line a round on standard output: ms of the whole round, and when in it the listeners were open,
// the answers there and the launcher gone. Exit code 0, or 1 with the reason on standard error.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { k_listeners = 3, k_requests = 8, k_round_seconds = 10 };
static const char k_workers[] = "2";

static volatile pid_t g_server;  // 0: none

static void give_up(int signal) {
  const int saved = errno;
  if (g_server > 0) kill(-g_server, SIGKILL);
  if (signal == SIGALRM) {
    static const char text[] = "floor_driver: a round took too long\n";
    if (write(2, text, sizeof text - 1) < 0) _exit(1);
  }
  errno = saved;
  _exit(1);
}

static void fail(const char* what) {
  fprintf(stderr, "floor_driver: %s: %s\n", what, strerror(errno));
  give_up(0);
}

static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static pid_t start_server(const char* program, const char* port_option) {
  const pid_t pid = fork();
  if (pid < 0) fail("fork");
  if (pid > 0) return pid;
  setsid();
  const int null = open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; ++fd) dup2(null, fd);
  close(null);
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
  execl(program, program, "-w", k_workers, port_option, "--bind=127.0.0.1", (char*)NULL);
  _exit(127);
}

// Listening IPv4 sockets on the port, from one dump of inet_diag.
static int count_listeners(int netlink, int port) {
  struct {
    struct nlmsghdr header;
    struct inet_diag_req_v2 request;
  } ask = {0};
  ask.header.nlmsg_len = sizeof ask;
  ask.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  ask.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  ask.request.sdiag_family = AF_INET;
  ask.request.sdiag_protocol = IPPROTO_TCP;
  ask.request.idiag_states = 1U << TCP_LISTEN;
  ask.request.id.idiag_sport = htons((uint16_t)port);
  if (send(netlink, &ask, sizeof ask, 0) < 0) fail("inet_diag");
  int found = 0;
  for (;;) {
    static _Alignas(struct nlmsghdr) char buffer[32768];
    const ssize_t got = recv(netlink, buffer, sizeof buffer, 0);
    if (got <= 0) fail("inet_diag");
    int left = (int)got;
    for (const struct nlmsghdr* one = (const struct nlmsghdr*)buffer; left > 0 && NLMSG_OK(one, (unsigned)left);
         one = NLMSG_NEXT(one, left)) {
      if (one->nlmsg_type == NLMSG_DONE) return found;
      if (one->nlmsg_type == NLMSG_ERROR) fail("inet_diag");
      const struct inet_diag_msg* socket = NLMSG_DATA(one);
      found += ntohs(socket->id.idiag_sport) == port;
    }
  }
}

static void get_answer(int port, const char* request, size_t size) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || connect(fd, (const struct sockaddr*)&address, sizeof address) != 0) fail("connect");
  if (send(fd, request, size, MSG_NOSIGNAL) != (ssize_t)size) fail("send");
  char answer[4096];
  size_t length = 0;
  ssize_t got = 0;
  while (length < sizeof answer && (got = recv(fd, answer + length, sizeof answer - length, 0)) > 0)
    length += (size_t)got;
  close(fd);
  static const char status[] = "HTTP/1.1 200";
  if (got == 0 && length > sizeof status && memcmp(answer, status, sizeof status - 1) == 0) return;
  fail("an answer other than 200");
}

static void run_round(int number, int netlink, const char* program, int port) {
  char port_option[32], request[128];
  snprintf(port_option, sizeof port_option, "--port=%d", port);
  const int size = snprintf(request, sizeof request,
                            "GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n\r\n", port);
  const double began = now_ms();
  alarm(k_round_seconds);
  g_server = start_server(program, port_option);
  const struct timespec pause = {0, 100 * 1000};
  while (count_listeners(netlink, port) != k_listeners) {
    if (waitpid(g_server, NULL, WNOHANG) != 0) fail("the server ended before it listened");
    ppoll(NULL, 0, &pause, NULL);
  }
  const double ready = now_ms();
  for (int i = 0; i < k_requests; ++i) get_answer(port, request, (size_t)size);
  const double answered = now_ms();
  if (kill(-g_server, SIGINT) != 0) fail("kill");
  // The launcher waits for its workers, so its end is the end of all three.
  int status = 0;
  if (waitpid(g_server, &status, 0) != g_server) fail("waitpid");
  const double ended = now_ms();
  alarm(0);
  if (status != 0) fail("the launcher did not exit with 0");
  g_server = 0;
  printf("{\"round\":%d,\"ms\":%.4f,\"ready\":%.4f,\"answered\":%.4f,\"ended\":%.4f}\n", number,
         ended - began, ready - began, answered - began, ended - began);
}

int main(int count, char** arguments) {
  const int rounds = count == 5 && strcmp(arguments[1], "--rounds") == 0 ? atoi(arguments[2]) : 0;
  const int port = count == 5 ? atoi(arguments[4]) : 0;
  if (rounds < 1 || port < 1 || port > 65535) {
    fprintf(stderr, "usage: floor_driver --rounds N SERVER PORT\n");
    return 2;
  }
  signal(SIGALRM, give_up);
  signal(SIGINT, give_up);
  signal(SIGTERM, give_up);
  const int netlink = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (netlink < 0) fail("netlink");
  for (int number = 1; number <= rounds; ++number) run_round(number, netlink, arguments[3], port);
  return 0;
}
