#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "daemon/bus/quota.h"
#include "daemon/bus/tails.h"
#include "daemon/loop/journal.h"
#include "daemon/loop/loop.h"
#include "daemon/models/models.h"
#include "daemon/tasks/net_link.h"
#include "daemon/tasks/pipeline.h"
#include "daemon/tasks/registry.h"
#include "daemon/tasks/supervisor.h"
#include "streamd/log/event_log.h"
#include "streamd/store/store.h"
#include "streamd/tunnel/spool.h"

namespace walle::daemon {

/// What the bus handlers work on: references to the parts that main wired together. Loop thread only.
struct Service {
  Loop& loop;
  Journal& journal;
  Registry& registry;
  Supervisor& supervisor;
  Pipeline& pipeline;
  Models& models;
  NetLink& net;
  streamd::EventLog& log;
  streamd::Store& store;
  streamd::Spool& spool;
  bus::Tails& tails;
  bus::Quota& quota;
  const Clock& clock;
  Value device = Value::object();
  std::vector<uint32_t> admins;  ///< user ids
  int64_t started_us = 0;        ///< monotonic
  /// Those who wait for idleness (Tasks.Drain).
  std::vector<std::function<void()>> drains;
};

}  // namespace walle::daemon
