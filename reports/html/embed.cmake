# Puts style and scripts into a page's frame and that into a C++ source.
# Usage: cmake -DIN=FOLDER -DOUT=FILE -DPAGE=NAME -DSCRIPTS=NAMES -P embed.cmake: NAME.html and NAME.css of the folder, and the
# scripts of these names one after the other, become k_NAME_page.
#
# The page's Content-Security-Policy allows exactly this style and this script, by their hashes: whatever else came to
# stand in the page would neither run nor be shown.
function(read_file out name)
  file(READ "${IN}/${name}" text)
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

# "sha256-" and the hash in base64, as a policy wants it; CMake has it as hexadecimal digits.
function(policy_hash out text)
  set(digits ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
  string(SHA256 hex "${text}")
  string(APPEND hex 00)  # 33 bytes are 44 digits, the last of which becomes the padding
  set(result "")
  foreach(at RANGE 0 60 6)
    string(SUBSTRING "${hex}" ${at} 6 three)
    foreach(shift 18 12 6 0)
      math(EXPR digit "(0x${three} >> ${shift}) & 63")
      string(SUBSTRING "${digits}" ${digit} 1 letter)
      string(APPEND result "${letter}")
    endforeach()
  endforeach()
  string(REGEX REPLACE "A$" "=" result "${result}")
  set(${out} "sha256-${result}" PARENT_SCOPE)
endfunction()

read_file(page ${PAGE}.html)
read_file(style ${PAGE}.css)
set(script "\"use strict\";\n")
foreach(part ${SCRIPTS})
  read_file(text ${part}.js)
  string(APPEND script "${text}")
endforeach()
if(script MATCHES "</script|<!--")
  message(FATAL_ERROR "${IN}: a script must not hold what ends or confuses its element")
endif()
policy_hash(style_hash "${style}")
policy_hash(script_hash "${script}")
string(REPLACE "@STYLE_HASH@" "${style_hash}" page "${page}")
string(REPLACE "@SCRIPT_HASH@" "${script_hash}" page "${page}")
string(REPLACE "@STYLE@" "${style}" page "${page}")
string(REPLACE "@SCRIPT@" "${script}" page "${page}")
file(WRITE "${OUT}" "// Made from reports/html/ by embed.cmake.
#include \"reports/html/page.hpp\"

namespace clusterspec {
const std::string_view k_${PAGE}_page = R\"__page__(${page})__page__\";
}
")
