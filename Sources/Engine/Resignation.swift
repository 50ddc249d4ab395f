import ControlModel
import LinuxSystem
import NetworkTypes

/// The ready advert of priority 0 that another engine left on its board, to be sent for it.
struct Resignation {
  private let packet: (advert: [UInt8], destinations: [IPAddress])
  private let source: IPAddress
  private let interface: InterfaceIndex
  private let timeToLive: UInt8

  /// Reads it from a router's record; `nil` when the router never had a source address.
  init?(_ record: RouterRecord, on board: Board) {
    guard let packet = record.readyResignation(on: board), let source = record.sourceAddress,
      let description = record.description
    else { return nil }
    self.packet = packet
    self.source = source
    interface = description.identity.interface
    timeToLive = record.resignation.timeToLive
  }

  /// Sends it to each destination. Nothing can be done about a failure: the peer's master-down timer does the rest.
  func send() {
    guard let sender = try? AdvertSender(family: source.family, capacity: 64, bytes: 64 * 1024) else { return }
    packet.advert.withUnsafeBytes { bytes in
      for destination in packet.destinations {
        _ = sender.add(bytes, to: destination, from: source, on: interface, hopLimit: timeToLive)
      }
    }
    sender.flush()
  }
}
