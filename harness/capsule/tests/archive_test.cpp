// Archives as nobody should make them.
#include "capsule/archive.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <catch2/catch.hpp>
#include <functional>

namespace clusterspec {
namespace {

const std::vector<ArchiveEntry> k_known{{"a/one", 1000}, {"a/two", 1000, false}};

std::string mistake(const std::string& bytes) {
  const auto files = unpack(bytes, k_known, "c.tar.gz");
  return files ? "" : to_text(files.error());
}

// One plain file, changed before it is written.
std::string packed(const std::function<void(archive_entry*)>& change, const std::string& text = "text") {
  std::vector<char> bytes(1 << 20);
  std::size_t used = 0;
  archive* const out = archive_write_new();
  archive_write_set_format_pax(out);
  archive_write_add_filter_gzip(out);
  archive_write_open_memory(out, bytes.data(), bytes.size(), &used);
  archive_entry* const entry = archive_entry_new();
  archive_entry_set_pathname(entry, "a/one");
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_entry_set_perm(entry, 0644);
  archive_entry_set_size(entry, static_cast<la_int64_t>(text.size()));
  change(entry);
  archive_write_header(out, entry);
  archive_write_data(out, text.data(), text.size());
  archive_entry_free(entry);
  archive_write_close(out);
  archive_write_free(out);
  return {bytes.data(), used};
}

TEST_CASE("files come back, and the same files are the same bytes") {
  const Files files{{"a/one", std::string("\0\xff\n", 3)}, {"a/two", ""}};
  const auto bytes = pack(files);
  REQUIRE(bytes);
  CHECK(*pack(files) == *bytes);
  const auto back = unpack(*bytes, k_known, "c.tar.gz");
  REQUIRE(back);
  CHECK(*back == files);
}

TEST_CASE("what is no archive is told") {
  CHECK(mistake("").find("c.tar.gz: ") == 0);
  CHECK(mistake("this is no archive, but some text that is long enough to be looked at").find("no .tar.gz") !=
        std::string::npos);
  CHECK(mistake("\x1f\x8b\x08garbage").find("no .tar.gz") != std::string::npos);
}

TEST_CASE("an archive that is cut off anywhere is no archive") {
  // Text that does not become small, so that most cuts are in the middle of it.
  std::string text;
  for (unsigned i = 0, x = 1; i < 900; ++i) text += static_cast<char>(x = x * 1103515245 + 12345);
  const std::string whole = packed([](archive_entry*) {}, text);
  REQUIRE(mistake(whole).empty());
  for (std::size_t size = 0; size + 100 < whole.size(); size += 7) {
    INFO(size);
    CHECK(!mistake(whole.substr(0, size)).empty());
  }
}

TEST_CASE("an entry that no capsule has is refused") {
  for (const char* name : {"/etc/passwd", "../a/one", "a/../../b", "a/one/../one", "./a/one", "a/other",
                           "A/ONE", "a/one\x1b[2J"}) {
    INFO(name);
    const std::string text =
        mistake(packed([&](archive_entry* it) { archive_entry_set_pathname(it, name); }));
    CHECK(text.find("which no capsule has") != std::string::npos);
    CHECK(text.find('\x1b') == std::string::npos);
  }
}

TEST_CASE("links, folders and devices are refused under any name") {
  const auto refused = [](const std::function<void(archive_entry*)>& change) {
    return mistake(packed(change, "")).find("is no plain file") != std::string::npos;
  };
  CHECK(refused([](archive_entry* it) {
    archive_entry_set_filetype(it, AE_IFLNK);
    archive_entry_set_symlink(it, "/etc/passwd");
  }));
  CHECK(refused([](archive_entry* it) { archive_entry_set_hardlink(it, "/etc/passwd"); }));
  CHECK(refused([](archive_entry* it) { archive_entry_set_filetype(it, AE_IFIFO); }));
  CHECK(refused([](archive_entry* it) {
    archive_entry_set_filetype(it, AE_IFCHR);
    archive_entry_set_rdev(it, 0x103);
  }));
}

TEST_CASE("an entry beyond its size is refused, also one of nothing but a few bytes in the archive") {
  CHECK(mistake(packed([](archive_entry*) {}, std::string(1000, 'x'))).empty());
  CHECK(mistake(packed([](archive_entry*) {}, std::string(1001, 'x'))).find("larger than 1000 bytes") !=
        std::string::npos);
  CHECK(mistake(packed([](archive_entry* it) {
          archive_entry_set_size(it, 900'000);
          archive_entry_sparse_add_entry(it, 0, 4);
        })).find("larger than") != std::string::npos);
}

TEST_CASE("a file that stands twice, or not at all, is told") {
  CHECK(mistake(*pack({{"a/two", ""}})).find("lacks a/one") != std::string::npos);
}

}  // namespace
}  // namespace clusterspec
