# What the document takes from the shard `future`: a block that runs in a fiber of its own, and whose end can be
# waited for. The shard was part of Crystal's library when the document was written.
module Future
  class Compute(T)
    @finished = Channel(Nil).new
    @value : T?
    @error : Exception?

    def initialize(&block : -> T)
      spawn do
        @value = block.call
      rescue error
        @error = error
      ensure
        @finished.close
      end
    end

    def get : T
      @finished.receive?
      @error.try { |error| raise error }
      @value.as(T)
    end
  end
end

def future(&block : -> T) forall T
  Future::Compute(T).new(&block)
end
