# The program of the document "Spider-Gazelle Clustering Overview", with its mistakes: see README.md.
# `cluster`, `close` and what the interrupt does are the document's own statements in its own order.
require "http/server"
require "option_parser"
require "./future"
require "./pages"

class App
  HANDLERS = [Pages.new]

  @processes = [] of Future::Compute(Nil)
  getter server = HTTP::Server.new(HANDLERS)

  def cluster(count, short_arg, long_arg, args = ARGV.dup)
    process_path = Process.executable_path.not_nil!

    # Removing the clustering arguments and leave the other arguments
    args.reject! { |e| e.starts_with?(long_arg) }
    remove = [] of Int32
    args.each_with_index { |value, index| remove << index if value == short_arg }
    remove.each { |index| args.delete_at(index, 2) }

    # Start the processes
    (0_i64...count).each do
      @processes << future do
        process = nil
        # inherit std outs for logging
        Process.run(process_path, args,
          input: Process::Redirect::Close,
          output: Process::Redirect::Inherit,
          error: Process::Redirect::Inherit
        ) do |ref|
          process = ref
          puts " > worker #{process.pid} started"
        end
        status = $?
        process = process.not_nil!
        if status.success?
          puts " < worker #{process.pid} stopped"
        else
          puts " ! worker process #{process.pid} failed with #{status.exit_status}"
        end
        nil
      end
    end
  end

  def run(host, port, workers)
    # start clustering
    cluster(workers, "-w", "--workers")

    # Detect ctr-c to shutdown gracefully
    Signal::INT.trap do |signal|
      puts " > terminating gracefully"
      spawn { close }

      # We ignore the signal so we can terminate gracefully, otherwise crystal
      # will terminate the process when this fiber yields
      signal.ignore
    end

    server.bind_tcp(host: host, port: port, reuse_port: true)
    server.listen
  end

  def close
    # Wait for any child processes to close
    @processes.each(&.get)
    # where server is a HTTP::Server
    server.close
  end
end

host = "0.0.0.0"
port = 3000
workers = 0

# duplicate ARGV as option parser modifies the array
OptionParser.parse(ARGV.dup) do |parser|
  parser.on("-w COUNT", "--workers=COUNT", "number of worker processes to launch") do |w|
    workers = w.to_i
  end
  parser.on("-b HOST", "--bind=HOST", "address to listen on") { |b| host = b }
  parser.on("-p PORT", "--port=PORT", "port to listen on") { |p| port = p.to_i }
  parser.on("--label=TEXT", "any text, which changes nothing") { }
  parser.on("--version", "print the version") do
    puts "the document's program, Crystal #{Crystal::VERSION}"
    exit
  end
end

App.new.run(host, port, workers)
