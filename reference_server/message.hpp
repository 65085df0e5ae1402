#pragma once
// Messages for people, on standard error, one write(2) each.
#include <string_view>

namespace reference_server {

// "program: text"
void complain(std::string_view program, std::string_view text);

}  // namespace reference_server
