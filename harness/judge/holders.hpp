// Which process had a connection.
#pragma once

#include "judge/case_view.hpp"

namespace clusterspec {

// 0: nobody, or not known. Before it is accepted a connection is in the queue of the process that opened the
// listener.
Pid holder_of(const Concluded& connection, const CaseView& view);

// Was a whole answer given, whatever became of the connection afterwards?
bool was_answered(const Concluded& connection);

}  // namespace clusterspec
