#include "cli/saved_journal.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "drive/judging.hpp"
#include "journal/journal_lines.hpp"

namespace clusterspec {
namespace {

constexpr std::size_t k_piece = 1 << 20;

tl::unexpected<Error> unreadable(const std::string& file) {
  return failure(ErrorKind::file, file + " cannot be read: " + std::generic_category().message(errno),
                 "give the path of a file that can be read");
}

}  // namespace

Result<SavedJournal> judge_saved_journal(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  // A directory opens and then cannot be read.
  if (!stream || (stream.peek(), stream.bad())) return unreadable(file);
  std::string piece;
  std::getline(stream, piece);
  if (stream.bad()) return unreadable(file);
  auto one = case_of_journal(piece, file);
  if (!one) return tl::unexpected(one.error());
  stream.clear();
  stream.seekg(0);
  std::error_code unknown;
  JournalReader reader(one->id);
  if (const auto size = std::filesystem::file_size(file, unknown); !unknown) reader.expect(size);
  do {
    piece.resize(k_piece);
    stream.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    reader.add(std::string_view(piece).substr(0, static_cast<std::size_t>(stream.gcount())));
  } while (stream);
  if (stream.bad()) return unreadable(file);
  CaseResult result = judge_journal(*one, reader.end());
  result.journal_file = file;
  return SavedJournal{std::move(*one), std::move(result)};
}

}  // namespace clusterspec
