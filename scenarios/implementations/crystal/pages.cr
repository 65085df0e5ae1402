# What the server answers: the kinds of requests that the scenarios make. None of it is the document's.
class Pages
  include HTTP::Handler

  def call(context)
    query = context.request.query_params
    response = context.response
    response.content_type = "text/plain"
    case context.request.path
    when "/"
      response.puts "pid #{Process.pid}"
    when "/slow"
      sleep number(query, "ms").milliseconds
      response.puts "pid #{Process.pid}"
    when "/body"
      body(response, number(query, "bytes"), number(query, "chunk"), number(query, "delay_ms").milliseconds)
    when "/upload"
      response.puts IO.copy(context.request.body || IO::Memory.new, IO::Memory.new)
    else
      response.respond_with_status(:not_found)
    end
  end

  private def body(response, bytes, chunk, pause)
    response.content_length = bytes
    while bytes > 0
      part = chunk > 0 ? Math.min(chunk, bytes) : bytes
      response << "." * part
      response.flush
      bytes -= part
      sleep pause if bytes > 0
    end
  end

  private def number(query, name)
    query[name]?.try(&.to_i?) || 0
  end
end
