#include "observe/output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "linux/readiness.hpp"
#include "linux/stream.hpp"

namespace clusterspec {
namespace {

// A server that prints without end must not fill our memory or the disk.
constexpr std::size_t k_longest_line = 65536;
constexpr int k_most_lines = 20000;
constexpr std::size_t k_most_bytes = 2 << 20;
// More than the kernel keeps in a socket of the usual size (net.core.wmem_default), in which each write takes
// at least 512 bytes: so one drain gives all that had been written when it began.
constexpr int k_pieces_a_drain = 512;

}  // namespace

OutputReader::OutputReader(Loop& loop, Recorder& recorder, Fd fd, Stream stream)
    : m_loop(loop), m_recorder(recorder), m_fd(std::move(fd)), m_stream(stream) {
  m_loop.watch(m_fd.get(), k_readable, [this](std::uint32_t) { drain(); });
}

OutputReader::~OutputReader() {
  if (m_open) m_loop.forget(m_fd.get());
}

void OutputReader::drain() {
  std::array<char, 65536> buffer;
  // Bounded: a server that writes faster than we read must not keep us from everything else.
  for (int pieces = 0; m_open && pieces < k_pieces_a_drain; ++pieces) {
    const Piece piece = receive_piece(m_fd.get(), buffer.data(), buffer.size());
    if (piece.size == -EAGAIN) return;
    if (piece.size <= 0) {
      m_open = false;
      m_loop.forget(m_fd.get());
      return;
    }
    take({buffer.data(), static_cast<std::size_t>(piece.size)}, piece.writer);
  }
}

void OutputReader::stop() {
  if (m_open) m_loop.forget(m_fd.get());
  m_open = false;
}

void OutputReader::hang_up() {
  stop();
  m_fd.reset();
}

void OutputReader::take(std::string_view bytes, Pid writer) {
  while (!bytes.empty()) {
    if (m_line.empty() && !m_cut) {
      m_writer = writer;
      m_mixed = false;
    } else if (writer != m_writer) {
      m_mixed = true;
    }
    const std::size_t end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    const std::size_t room = std::min(k_longest_line, k_most_bytes - m_bytes) - m_line.size();
    m_line += part.substr(0, room);
    if (part.size() > room) {
      m_cut = true;
      m_cut_bytes += static_cast<std::int64_t>(part.size() - room);
    }
    if (end == std::string_view::npos) return;
    end_line(true);
    bytes.remove_prefix(end + 1);
  }
}

void OutputReader::end_line(bool ended) {
  if (m_lines < k_most_lines && m_bytes < k_most_bytes) {
    ++m_lines;
    m_bytes += m_line.size();
    m_recorder.record(Source::output, Output{m_stream, m_writer, m_line, ended && !m_mixed, m_cut});
  } else {
    ++m_dropped;
  }
  m_line.clear();
  m_cut = false;
}

void OutputReader::finish() {
  drain();
  if (!m_line.empty() || m_cut) end_line(false);
  if (m_dropped > 0)
    m_recorder.record(Source::output, Note{fmt::format("{} more lines on {} are not recorded", m_dropped,
                                                       name_of(m_stream))});
  if (m_cut_bytes > 0)
    m_recorder.record(Source::output, Note{fmt::format("{} more bytes of lines on {} are not recorded",
                                                       m_cut_bytes, name_of(m_stream))});
  m_dropped = m_cut_bytes = 0;
}

}  // namespace clusterspec
