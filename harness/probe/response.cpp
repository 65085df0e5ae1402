#include "probe/response.hpp"

#include <llhttp.h>

namespace clusterspec {

struct ResponseReader::State {
  llhttp_t parser{};
  llhttp_settings_t settings{};
  bool begun = false, complete = false, head = false, in_message = false, close_announced = false;
  int expected = 1, answers = 0;
  std::int64_t body_bytes = 0;
  std::string error;
};

ResponseReader::ResponseReader(bool to_head_request, int expected) : m_state(std::make_unique<State>()) {
  State& state = *m_state;
  state.head = to_head_request;
  state.expected = expected;
  llhttp_settings_init(&state.settings);
  state.settings.on_message_begin = [](llhttp_t* parser) {
    static_cast<State*>(parser->data)->in_message = true;
    return 0;
  };
  state.settings.on_body = [](llhttp_t* parser, const char*, std::size_t length) {
    static_cast<State*>(parser->data)->body_bytes += static_cast<std::int64_t>(length);
    return 0;
  };
  state.settings.on_headers_complete = [](llhttp_t* parser) {
    return static_cast<State*>(parser->data)->head ? 1 : 0;  // 1: no body follows, whatever the length says
  };
  state.settings.on_message_complete = [](llhttp_t* parser) -> int {
    // An interim response (1xx) is not the answer.
    if (parser->status_code < 200) return 0;
    State& it = *static_cast<State*>(parser->data);
    it.in_message = false;
    it.close_announced = llhttp_should_keep_alive(parser) == 0;
    it.complete = ++it.answers == it.expected || it.close_announced;
    if (!it.complete) return 0;
    return HPE_PAUSED;  // or it would go on with what follows as the next response
  };
  llhttp_init(&state.parser, HTTP_RESPONSE, &state.settings);
  state.parser.data = m_state.get();
}

ResponseReader::~ResponseReader() = default;
ResponseReader::ResponseReader(ResponseReader&&) noexcept = default;
ResponseReader& ResponseReader::operator=(ResponseReader&&) noexcept = default;

bool ResponseReader::feed(std::string_view bytes) {
  State& state = *m_state;
  if (bytes.empty()) return state.error.empty();
  if (state.complete) {
    state.error = "bytes after the end of the response";
    return false;
  }
  state.begun = true;
  const llhttp_errno_t status = llhttp_execute(&state.parser, bytes.data(), bytes.size());
  if (status == HPE_OK) return true;
  if (state.complete) {
    if (status == HPE_PAUSED && llhttp_get_error_pos(&state.parser) == bytes.data() + bytes.size())
      return true;
    state.error = "bytes after the end of the response";
  } else {
    const char* reason = llhttp_get_error_reason(&state.parser);
    state.error = reason && *reason ? reason : llhttp_errno_name(status);
  }
  return false;
}

bool ResponseReader::finish() {
  if (!m_state->complete && m_state->begun) llhttp_finish(&m_state->parser);
  return m_state->complete;
}

bool ResponseReader::begun() const { return m_state->begun; }
bool ResponseReader::partial() const {
  return m_state->begun && !m_state->complete && (m_state->in_message || m_state->answers == 0);
}
int ResponseReader::answers() const { return m_state->answers; }
bool ResponseReader::close_announced() const { return m_state->close_announced; }
bool ResponseReader::complete() const { return m_state->complete; }
int ResponseReader::status() const { return m_state->parser.status_code; }
std::int64_t ResponseReader::body_bytes() const { return m_state->body_bytes; }
const std::string& ResponseReader::error() const { return m_state->error; }

}  // namespace clusterspec
