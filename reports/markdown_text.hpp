// Text in Markdown as GitHub, GitLab and Forgejo show it, so that it is nothing but text.
#pragma once

#include <string>
#include <string_view>

namespace clusterspec {

// Safe text inside of an HTML element.
std::string html(std::string_view text);

// Prose on one line. As character references Markdown's own characters are nothing but text, in a table too.
std::string prose(std::string_view text);

// An identifier, or text that may be a server's. Inside the element no "@name" notifies anybody, which
// escaping cannot prevent; backticks could not hold every text in a table.
std::string code(std::string_view text);

}  // namespace clusterspec
