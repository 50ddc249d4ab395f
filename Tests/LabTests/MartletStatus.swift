import Foundation
// The names are those of the JSON text.
// swift-format-ignore-file: AlwaysUseLowerCamelCase
import LabKit

/// What `martlet status --json` says, as far as the tests ask.
struct MartletStatus: Decodable {
  struct Engine: Decodable {
    var pid: Int
    var health: String
    var unknown_router_drops: Int
  }

  struct Router: Decodable {
    var name: String
    var state: String
    var effective_priority: Int
    var transitions: Int
    var faults: [String]
    var counters: [String: Int]
    var drops: [String: Int]
  }

  struct Tracker: Decodable {
    var kind: String
    var name: String
    var status: String
    var condition: String
    var reason: String
  }

  struct Session: Decodable {
    var name: String
    var neighbor: String
    var multihop: Bool
    var state: String
    var diagnostic: String
    var remote_state: String
    var local_discriminator: Int
    var transmit_interval: Double
    var detection_time: Double
    var counters: [String: Int]
    var discards: [String: Int]
  }

  var engine: Engine
  var routers: [Router]
  var trackers: [Tracker]
  var bfd_sessions: [Session]

  /// Asks the daemon.
  static func of(_ peer: MartletPeer) throws -> MartletStatus {
    try JSONDecoder().decode(MartletStatus.self, from: Data(peer.statusJSON().utf8))
  }
}
