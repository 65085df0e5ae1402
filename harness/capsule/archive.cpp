#include "capsule/archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>

#include "model/units.hpp"

namespace clusterspec {
namespace {

// Libarchive's handles, each with what frees it.
template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* it) const {
    Free(it);
  }
};
using ReadArchive = std::unique_ptr<archive, Freed<archive_read_free>>;
using WriteArchive = std::unique_ptr<archive, Freed<archive_write_free>>;
using Entry = std::unique_ptr<archive_entry, Freed<archive_entry_free>>;

la_ssize_t append(archive*, void* text, const void* data, std::size_t size) {
  static_cast<std::string*>(text)->append(static_cast<const char*>(data), size);
  return static_cast<la_ssize_t>(size);
}

class Unpacking {
 public:
  Unpacking(const std::vector<ArchiveEntry>& known, const std::string& file) : m_known(known), m_file(file) {}

  Result<Files> all(const std::string& bytes) {
    archive* const source = m_archive.get();
    archive_read_support_filter_gzip(source);
    archive_read_support_format_tar(source);
    if (archive_read_open_memory(source, bytes.data(), bytes.size()) != ARCHIVE_OK) return no_archive();
    for (;;) {
      archive_entry* entry = nullptr;
      const int status = archive_read_next_header(source, &entry);
      if (status == ARCHIVE_EOF) break;
      if (status != ARCHIVE_OK) return no_archive();
      if (auto read = one(entry); !read) return tl::unexpected(read.error());
    }
    for (const ArchiveEntry& it : m_known)
      if (it.required && !m_files.contains(it.name)) return wrong("it lacks " + it.name);
    return std::move(m_files);
  }

 private:
  tl::unexpected<Error> wrong(const std::string& what) const {
    return tl::unexpected(Error{ErrorKind::file,
                                what,
                                Location{m_file, 0, 0},
                                {},
                                "a capsule is a .tar.gz as `clusterspec run` and `shrink` write it"});
  }

  tl::unexpected<Error> no_archive() const {
    const char* const why = archive_error_string(m_archive.get());
    return wrong(fmt::format("this is no .tar.gz, or it is cut off{}{}", why ? ": " : "",
                             why ? printable(why, 200) : std::string()));
  }

  Result<void> one(archive_entry* entry) {
    const char* const path = archive_entry_pathname(entry);
    const std::string name = path ? path : "";
    const auto known =
        std::find_if(m_known.begin(), m_known.end(), [&](const ArchiveEntry& it) { return it.name == name; });
    const std::string shown = "\"" + printable(name, 100) + "\"";
    if (known == m_known.end()) return wrong("it holds " + shown + ", which no capsule has");
    // A hard link has the type of its target.
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry))
      return wrong(shown + " is no plain file");
    if (m_files.contains(name)) return wrong("it holds " + shown + " twice");
    std::string& text = m_files[name];
    std::array<char, 65536> buffer;
    for (;;) {
      const la_ssize_t got = archive_read_data(m_archive.get(), buffer.data(), buffer.size());
      if (got < 0) return no_archive();
      if (got == 0) return {};
      // What the header says of the size is not asked: it may lie, and a sparse file unpacks to anything.
      if (text.size() + static_cast<std::size_t>(got) > known->most)
        return wrong(fmt::format("{} is larger than {} bytes", shown, known->most));
      text.append(buffer.data(), static_cast<std::size_t>(got));
    }
  }

  const std::vector<ArchiveEntry>& m_known;
  const std::string& m_file;
  ReadArchive m_archive{archive_read_new()};
  Files m_files;
};

}  // namespace

Result<Files> unpack(const std::string& bytes, const std::vector<ArchiveEntry>& known,
                     const std::string& file) {
  return Unpacking(known, file).all(bytes);
}

Result<std::string> pack(const Files& files) {
  std::string bytes;
  const WriteArchive out(archive_write_new());
  const auto failed = [&] {
    const char* const why = archive_error_string(out.get());
    return failure(ErrorKind::harness, fmt::format("packing a capsule: {}", why ? why : "no reason given"));
  };
  archive_write_set_format_ustar(out.get());
  archive_write_add_filter_gzip(out.get());
  archive_write_set_bytes_in_last_block(out.get(), 1);  // no filling up
  // Without the time of day.
  archive_write_set_filter_option(out.get(), "gzip", "timestamp", nullptr);
  if (archive_write_open(out.get(), &bytes, nullptr, append, nullptr) != ARCHIVE_OK) return failed();
  for (const auto& [name, text] : files) {
    const Entry entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0644);
    archive_entry_set_mtime(entry.get(), 0, 0);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(text.size()));
    if (archive_write_header(out.get(), entry.get()) != ARCHIVE_OK ||
        archive_write_data(out.get(), text.data(), text.size()) != static_cast<la_ssize_t>(text.size()))
      return failed();
  }
  if (archive_write_close(out.get()) != ARCHIVE_OK) return failed();
  return bytes;
}

}  // namespace clusterspec
