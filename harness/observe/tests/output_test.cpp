#include "observe/output.hpp"

#include <errno.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include "linux/readiness.hpp"
#include "linux/stream.hpp"
#include "linux/tests/children.hpp"
#include "observe/tests/recording.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;

namespace {

// Writes what it is told to, piece by piece, as a process of its own.
class Writer {
 public:
  explicit Writer(int out)
      : m_orders(pipe_or_fail()), m_done(pipe_or_fail()), m_child([this, out] {
          ::close(m_orders.write.get());
          for (std::size_t size = 0; ::read(m_orders.read.get(), &size, sizeof size) == sizeof size;) {
            std::string text(size, '\0');
            for (std::size_t got = 0; got < size;) {
              const ssize_t more = ::read(m_orders.read.get(), text.data() + got, size - got);
              if (more <= 0) return 1;
              got += static_cast<std::size_t>(more);
            }
            if (!write_all(out, text) || ::write(m_done.write.get(), "d", 1) != 1) return 1;
          }
          return 0;
        }) {}
  // Gives the order; `written` waits until it is done.
  void order(const std::string& text) {
    const std::size_t size = text.size();
    REQUIRE(::write(m_orders.write.get(), &size, sizeof size) == sizeof size);
    REQUIRE(write_all(m_orders.write.get(), text));
  }
  void written() {
    char done = 0;
    REQUIRE(wait_readable(m_done.read.get()));
    REQUIRE(::read(m_done.read.get(), &done, 1) == 1);
  }
  void write(const std::string& text) {
    order(text);
    written();
  }
  int done() const { return m_done.read.get(); }  // readable once the order is carried out
  Pid pid() const { return m_child.pid(); }

 private:
  Pipe m_orders, m_done;
  Child m_child;
};

struct Stage {
  Stage() : pair(make_socket_pair(true)) { REQUIRE(pair); }
  Result<SocketPair> pair;
  Loop loop;
  Recording recording;
  int theirs() const { return pair->theirs.get(); }
};

}  // namespace

TEST_CASE("Each line has its writer, also where several processes share the stream") {
  Stage stage;
  Writer one(stage.theirs()), two(stage.theirs());
  OutputReader reader(stage.loop, stage.recording.recorder, std::move(stage.pair->ours), Stream::err);
  one.write("first\n");
  two.write("second\nthird\n");
  one.write("fourth\n\n");
  reader.drain();
  const auto lines = stage.recording.all<Output>();
  REQUIRE(lines.size() == 5);
  const std::string texts[] = {"first", "second", "third", "fourth", ""};
  const Pid writers[] = {one.pid(), two.pid(), two.pid(), one.pid(), one.pid()};
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(lines[i].text == texts[i]);
    CHECK(lines[i].writer == writers[i]);
    CHECK(lines[i].stream == Stream::err);
    CHECK(lines[i].whole);
    CHECK_FALSE(lines[i].cut);
  }
}

TEST_CASE("A line with bytes of two processes is not whole; the next one is") {
  Stage stage;
  Writer one(stage.theirs()), two(stage.theirs());
  OutputReader reader(stage.loop, stage.recording.recorder, std::move(stage.pair->ours), Stream::out);
  one.write(" > wor");
  two.write(" > worker 1 started\n");
  one.write("ker 2 started\n");
  reader.drain();
  const auto lines = stage.recording.all<Output>();
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].text == " > wor > worker 1 started");
  CHECK_FALSE(lines[0].whole);
  CHECK(lines[1].text == "ker 2 started");
  CHECK(lines[1].writer == one.pid());
  CHECK(lines[1].whole);
}

TEST_CASE("A line written in pieces by one process is whole") {
  Stage stage;
  Writer one(stage.theirs());
  OutputReader reader(stage.loop, stage.recording.recorder, std::move(stage.pair->ours), Stream::out);
  for (const char* piece : {"> term", "", "inating", "\n"}) {
    one.write(piece);
    reader.drain();
  }
  const auto lines = stage.recording.all<Output>();
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].text == "> terminating");
  CHECK(lines[0].whole);
}

TEST_CASE("A last line without its end is recorded at the end, as not whole") {
  Stage stage;
  Writer one(stage.theirs());
  OutputReader reader(stage.loop, stage.recording.recorder, std::move(stage.pair->ours), Stream::out);
  one.write("complete\ncut off");
  reader.drain();
  CHECK(stage.recording.all<Output>().size() == 1);
  reader.finish();
  const auto lines = stage.recording.all<Output>();
  REQUIRE(lines.size() == 2);
  CHECK(lines[1].text == "cut off");
  CHECK_FALSE(lines[1].whole);
}

TEST_CASE("Bytes are recorded as they are") {
  Stage stage;
  Writer one(stage.theirs());
  OutputReader reader(stage.loop, stage.recording.recorder, std::move(stage.pair->ours), Stream::out);
  const std::string bytes("\0\xff\x1b[2J\r\t\xc3\xa9", 10);
  one.write(bytes + "\n");
  reader.drain();
  REQUIRE(stage.recording.all<Output>().size() == 1);
  CHECK(stage.recording.all<Output>()[0].text == bytes);
}

TEST_CASE("A very long line is cut, and the one after it is not") {
  Stage stage;
  Writer one(stage.theirs());
  OutputReader reader(stage.loop, stage.recording.recorder, std::move(stage.pair->ours), Stream::out);
  one.order(std::string(1'000'000, 'a') + "\nshort\n");
  REQUIRE(stage.loop.run_until([&] { return stage.recording.all<Output>().size() == 2; }, deadline()));
  const auto lines = stage.recording.all<Output>();
  CHECK(lines[0].text == std::string(65536, 'a'));
  CHECK(lines[0].cut);
  CHECK(lines[1].text == "short");
  CHECK_FALSE(lines[1].cut);
}

TEST_CASE("All that was written before is recorded by one drain, also from many turns of two writers") {
  Stage stage;
  Writer one(stage.theirs()), two(stage.theirs());
  OutputReader reader(stage.loop, stage.recording.recorder, std::move(stage.pair->ours), Stream::out);
  // Each turn of a writer is a piece of its own for the kernel.
  for (int i = 0; i < 100; ++i) {
    one.write("one\n");
    two.write("two\n");
  }
  reader.drain();
  CHECK(stage.recording.all<Output>().size() == 200);
}

TEST_CASE("A server that prints without end fills neither memory nor the disk") {
  Stage stage;
  Writer one(stage.theirs());
  OutputReader reader(stage.loop, stage.recording.recorder, std::move(stage.pair->ours), Stream::out);
  std::string lines;
  for (int i = 0; i < 25'000; ++i) lines += "x\n";
  one.order(lines);
  REQUIRE(stage.loop.run_until([&] { return stage.recording.journal.size() >= 20'000; }, deadline()));
  one.written();
  reader.finish();
  CHECK(stage.recording.all<Output>().size() == 20'000);
  const auto notes = stage.recording.all<Note>();
  REQUIRE(notes.size() == 1);
  CHECK(notes[0].text == "5000 more lines on stdout are not recorded");
}

TEST_CASE("Long lines without end fill neither memory nor the disk, and what is dropped is said") {
  Stage stage;
  Writer one(stage.theirs());
  OutputReader reader(stage.loop, stage.recording.recorder, std::move(stage.pair->ours), Stream::out);
  std::string text;
  for (int i = 0; i < 40; ++i) text += std::string(65'536, 'x') + "y\n";
  one.order(text + std::string(65'536, 'x'));
  bool written = false;
  stage.loop.watch(one.done(), k_readable, [&](std::uint32_t) { written = true; });
  REQUIRE(stage.loop.run_until([&] { return written; }, deadline()));
  stage.loop.forget(one.done());
  reader.finish();
  std::size_t bytes = 0;
  for (const Output& output : stage.recording.all<Output>()) bytes += output.text.size();
  CHECK(bytes == 2 << 20);
  const auto notes = stage.recording.all<Note>();
  REQUIRE(notes.size() == 2);
  CHECK(notes[0].text == "9 more lines on stdout are not recorded");
  CHECK(notes[1].text ==
        fmt::format("{} more bytes of lines on stdout are not recorded", 32 + 9 * 65'536 + 8));
}

TEST_CASE("Who is read no more waits when all room is taken") {
  Stage stage;
  Writer writer(stage.theirs());
  OutputReader reader(stage.loop, stage.recording.recorder, std::move(stage.pair->ours), Stream::out);
  writer.write("read\n");
  reader.drain();
  reader.stop();
  fill_up(stage.theirs());
  writer.order("waits\n");
  char byte = 'x';
  CHECK(::send(stage.theirs(), &byte, 1, MSG_DONTWAIT) == -1);
  reader.drain();
  reader.finish();
  CHECK(stage.recording.all<Output>().size() == 1);
}

TEST_CASE("Whose reader has gone is told so") {
  Stage stage;
  OutputReader reader(stage.loop, stage.recording.recorder, std::move(stage.pair->ours), Stream::out);
  char byte = 'x';
  REQUIRE(::send(stage.theirs(), &byte, 1, MSG_NOSIGNAL) == 1);
  reader.hang_up();
  CHECK(::send(stage.theirs(), &byte, 1, MSG_NOSIGNAL) == -1);
  CHECK(errno == EPIPE);
  reader.finish();
}

TEST_CASE("The end of the stream is noticed once and is no error") {
  Stage stage;
  OutputReader reader(stage.loop, stage.recording.recorder, std::move(stage.pair->ours), Stream::out);
  REQUIRE(write_all(stage.theirs(), "last\n"));
  stage.pair->theirs.reset();
  CHECK(stage.loop.run_until([&] { return !stage.recording.journal.empty(); }, deadline()));
  reader.drain();
  reader.finish();
  CHECK(stage.recording.all<Output>().size() == 1);
}
