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

  var engine: Engine
  var routers: [Router]

  /// Asks the daemon.
  static func of(_ peer: MartletPeer) throws -> MartletStatus {
    try JSONDecoder().decode(MartletStatus.self, from: Data(peer.statusJSON().utf8))
  }
}
