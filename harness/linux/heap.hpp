// The heap of a process that forks often.
#pragma once

namespace clusterspec {

// Each fork shares our pages until someone writes to them, and each first write costs a fault (20 us on a virtual
// machine). glibc keeps freed blocks in caches, by size, all over the heap, and takes them again first: a cell that
// allocates then copies page after page. Without these caches freed blocks grow together, and new ones lie side by side.
// The one cache that only the environment can turn off (glibc's manual, "Memory Allocation Tunables") makes the program
// execute itself once more; the variable is gone when this returns. Where a user has set that variable nothing is done.
void keep_heap_together(char** arguments);

}  // namespace clusterspec
