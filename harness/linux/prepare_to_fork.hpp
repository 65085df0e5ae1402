// What a process that forks often should settle before.
#pragma once

namespace clusterspec {

// Each fork shares our pages until someone writes to them, and each first write costs a fault (20 us on a virtual
// machine).
// - glibc keeps freed blocks in caches, by size, all over the heap, and takes them again first: a cell that allocates
//   then copies page after page. Without these caches freed blocks grow together, and new ones lie side by side.
// - Symbols of libraries are looked up at their first call, in each cell again, unless all are at the start.
// The environment alone can say some of this (glibc's manual, "Memory Allocation Tunables"; ld.so(8), LD_BIND_NOW), so
// the program executes itself once more; its variables are gone when this returns. Where a user has set one of them
// nothing is executed.
void prepare_to_fork(char** arguments);

}  // namespace clusterspec
