import HealthCore
import NetworkTypes
import VRRPCore

extension Status.EngineHealth {
  /// Stable name for machine-readable output.
  public var label: String {
    switch self {
    case .running: "running"
    case .starting: "starting"
    case .silent: "silent"
    case .gone: "gone"
    }
  }
}

extension RouterCounter {
  /// Stable name in snake case.
  public var label: String {
    switch self {
    case .advertisementsSent: "advertisements_sent"
    case .advertisementsReceived: "advertisements_received"
    case .becameMaster: "became_master"
    case .releasedMaster: "released_master"
    case .resignationsSent: "resignations_sent"
    case .resignationsReceived: "resignations_received"
    case .addressesPutBack: "addresses_put_back"
    case .announcementsSent: "announcements_sent"
    case .sendErrors: "send_errors"
    case .addressListErrors: "address_list_errors"
    case .otherMasters: "other_masters"
    case .greatestLateness: "greatest_lateness_ns"
    case .unsignedAdvertisements: "unsigned_advertisements"
    }
  }
}

extension FaultReasons {
  /// Stable name of each reason that holds.
  public var labels: [String] {
    let names: [(FaultReasons, String)] = [
      (.interface, "interface"), (.sourceAddress, "source-address"), (.peers, "peers"), (.addresses, "addresses"),
      (.tracker, "tracker"),
      (.syncGroup, "sync-group"),
    ]
    return names.filter { contains($0.0) }.map(\.1)
  }
}

extension Status {
  /// Whole status as one JSON object, with a line feed. Ages are in seconds, and their names end in `_ago` or `_age`.
  public var json: String {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("engine") { $0.object(writeEngine) }
      writer.member("routers") { writer in
        writer.array { writer in
          for router in routers { writer.element { $0.object { write(router, to: &$0) } } }
        }
      }
      writer.member("groups") { writer in
        writer.array { writer in
          for group in groups { writer.element { $0.object { write(group, to: &$0) } } }
        }
      }
      writer.member("trackers") { writer in
        writer.array { writer in
          for tracker in trackers { writer.element { $0.object { write(tracker, to: &$0) } } }
        }
      }
      writer.member("warnings") { writer in
        writer.array { writer in
          for warning in warnings { writer.element { $0.object { Self.write(warning, to: &$0) } } }
        }
      }
      writer.member("failed_notifications") { writer in
        writer.array { writer in
          for failure in failedNotifications { writer.element { $0.object { write(failure, to: &$0) } } }
        }
      }
      writer.member("bfd_sessions") { writer in
        writer.array { writer in
          for session in sessions { writer.element { $0.object { write(session, to: &$0) } } }
        }
      }
    }
    return writer.text + "\n"
  }

  private func writeEngine(to writer: inout JSONWriter) {
    writer.member("health", health.label)
    writer.member("pid", enginePID)
    writer.member("uptime", uptime.inSeconds)
    writer.member("heartbeat_age", heartbeatAge.inSeconds)
    writer.member("dropped_messages", droppedMessages)
    writer.member("unknown_router_drops", unknownRouterDrops)
    writer.member("netlink_overruns", overruns)
  }

  private func write(_ router: Router, to writer: inout JSONWriter) {
    let snapshot = router.snapshot
    writer.member("name", router.names.name)
    writer.member("interface", router.names.interface)
    writer.member("vrid", router.description?.identity.virtualRouterID)
    writer.member("version", router.description?.version.rawValue)
    writer.member("family", router.description.map { "ipv\($0.identity.family.rawValue)" })
    writer.member("advertisement_interval", (router.description?.interval.nanoseconds ?? .zero).inSeconds)
    writer.member("state", snapshot.state.label)
    writer.member("effective_priority", snapshot.effectivePriority.rawValue)
    writer.member("base_priority", router.description?.basePriority.rawValue)
    writer.member("source", router.source.map { "\($0)" })
    writer.member("faults") { writer in
      writer.array { writer in for reason in snapshot.faults.labels { writer.element(reason) } }
    }
    writeMaster(of: router, to: &writer)
    writeTransition(of: router, to: &writer)
    writer.member("addresses") { writer in
      writer.array { writer in
        for address in router.addresses {
          writer.element { writer in
            writer.object { writer in
              writer.member("address", "\(address.prefix.address)/\(address.prefix.length)")
              writer.member("owned", address.isOwned)
              writer.member("refused", address.refusal.map { Names.errorText($0) })
            }
          }
        }
      }
    }
    writer.member("counters") { writer in
      writer.object { writer in
        for counter in RouterCounter.allCases { writer.member(counter.label, router.counters[counter] ?? 0) }
      }
    }
    writer.member("drops") { writer in
      writer.object { writer in
        for (index, reason) in dropReasons.enumerated() { writer.member(reason.name, router.drops[index] ?? 0) }
      }
    }
  }

  private static func write(_ warning: Warning, to writer: inout JSONWriter) {
    writer.member("kind", warning.kind)
    writer.member("router", warning.router)
    writer.member("text", warning.sentence)
  }

  private func write(_ failure: FailedNotification, to writer: inout JSONWriter) {
    writer.member("subject", failure.subject)
    writer.member("state", failure.state)
    writer.member("command", failure.command)
    writer.member("outcome", failure.outcome)
    writer.member("ago", (now - failure.at).inSeconds)
  }

  private func writeMaster(of router: Router, to writer: inout JSONWriter) {
    writer.member("master") { writer in
      writer.object { writer in
        let isSelf = router.snapshot.state == .master
        writer.member("self", isSelf)
        writer.member("address", (isSelf ? router.source : router.snapshot.master).map { "\($0)" })
        let priority = isSelf ? router.snapshot.effectivePriority : router.snapshot.masterPriority
        writer.member("priority", priority.rawValue)
        if !isSelf, let heard = router.snapshot.lastHeard {
          writer.member("heard_ago", (now - heard).inSeconds)
        } else {
          writer.member("heard_ago", nil as String?)
        }
      }
    }
  }

  private func writeTransition(of router: Router, to writer: inout JSONWriter) {
    writer.member("transitions", router.transitions)
    writer.member("last_transition") { writer in
      writer.object { writer in
        writer.member("from", router.transition?.from.label)
        writer.member("to", router.transition?.to.label)
        writer.member("cause", router.transition?.cause.label)
        writer.member("reason", router.transition == nil ? nil : router.sentence)
        if let transition = router.transition {
          writer.member("ago", (now - transition.at).inSeconds)
        } else {
          writer.member("ago", nil as String?)
        }
      }
    }
  }

  private func write(_ group: Names.Group, to writer: inout JSONWriter) {
    writer.member("name", group.name)
    writer.member("state", state(of: group)?.label)
    writer.member("members") { writer in
      writer.array { writer in
        for member in group.members where routers.indices.contains(member) {
          writer.element(routers[member].names.name)
        }
      }
    }
  }

  private func write(_ tracker: Tracker, to writer: inout JSONWriter) {
    writer.member("kind", tracker.name.kind.label)
    writer.member("name", tracker.name.name)
    writer.member("status", tracker.finding.status.label)
    writer.member("condition", tracker.finding.memory.condition.label)
    writer.member("reason", tracker.reason)
    if let answered = tracker.answeredAt {
      writer.member("answered_ago", (now - answered).inSeconds)
    } else {
      writer.member("answered_ago", nil as String?)
    }
    if tracker.finding.status == .unknown {
      writer.member("changed_ago", nil as String?)
    } else {
      writer.member("changed_ago", (now - tracker.since).inSeconds)
    }
  }
}
