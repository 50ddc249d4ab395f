import NetworkTypes
import VRRPCore

/// The events in messages: a number for each kind, which never gets another meaning, and what the kind holds. 13 is no longer
/// sent.
extension LogEvent {
  func write(to writer: inout MessageWriter) {
    switch self {
    case .engineRunning(let routers, let isAdopted): writer.append(1, routers, isAdopted)
    case .advertisementDropped(let reason, let sender, let interface): writer.append(2, reason, sender, interface)
    case .addressListDiffers(let master): writer.append(3, master)
    case .otherMaster(let master, let priority, let rivalry): writer.append(4, master, priority, rivalry)
    case .addressPutBack(let address, let interface): writer.append(5, address, interface)
    case .addressRefused(let address, let interface, let errno): writer.append(6, address, interface, errno)
    case .interfaceChanged(let interface, let isUp): writer.append(7, interface, isUp)
    case .netlinkOverrun: writer.append(8)
    case .sendFailed(let interface, let errno): writer.append(9, interface, errno)
    case .trackerChanged(let tracker, let status): writer.append(10, tracker, status)
    case .degraded(let words): writer.append(11, words)
    case .addressRemoved(let address, let interface, let reason): writer.append(12, address, interface, reason)
    case .duplicateAddress(let address): writer.append(14, address)
    case .entryPutBack(let entry): writer.append(15, entry)
    case .entryRefused(let entry, let reason): writer.append(16, entry, reason)
    case .startDelayed(let delay): writer.append(17, delay)
    case .linkRestored(let interface): writer.append(18, interface)
    case .sessionChanged(let session, let neighbor, let old, let new, let reason):
      writer.append(30, session, neighbor, old, new, reason)
    case .sessionPacketDiscarded(let reason, let sender, let session): writer.append(31, reason, sender, session)
    case .sessionSendFailed(let session, let errno): writer.append(32, session, errno)
    case .clockSkew(let sender, let seconds, let allowed): writer.append(40, sender, seconds, allowed)
    case .unsignedAdvertisement(let sender): writer.append(41, sender)
    }
  }

  init(from reader: inout MessageReader) throws(MessageError) {
    switch try reader.read(UInt8.self) {
    case 1: self = .engineRunning(routers: try reader.value(), isAdopted: try reader.value())
    case 2: self = .advertisementDropped(reason: try reader.value(), from: try reader.value(), on: try reader.value())
    case 3: self = .addressListDiffers(of: try reader.value())
    case 4: self = .otherMaster(try reader.value(), try reader.value(), try reader.value())
    case 5: self = .addressPutBack(try reader.value(), on: try reader.value())
    case 6: self = .addressRefused(try reader.value(), on: try reader.value(), errno: try reader.value())
    case 7: self = .interfaceChanged(try reader.value(), isUp: try reader.value())
    case 8: self = .netlinkOverrun
    case 9: self = .sendFailed(on: try reader.value(), errno: try reader.value())
    case 10: self = .trackerChanged(tracker: try reader.value(), try reader.value())
    case 11: self = .degraded(try reader.value())
    case 12: self = .addressRemoved(try reader.value(), from: try reader.value(), try reader.value())
    case 14: self = .duplicateAddress(try reader.value())
    case 15: self = .entryPutBack(try reader.value())
    case 16: self = .entryRefused(try reader.value(), reason: try reader.value())
    case 17: self = .startDelayed(try reader.value())
    case 18: self = .linkRestored(try reader.value())
    case 30:
      self = .sessionChanged(
        session: try reader.value(), neighbor: try reader.value(), from: try reader.value(), to: try reader.value(),
        reason: try reader.value())
    case 31:
      self = .sessionPacketDiscarded(try reader.value(), from: try reader.value(), session: try reader.value())
    case 32: self = .sessionSendFailed(session: try reader.value(), errno: try reader.value())
    case 40: self = .clockSkew(of: try reader.value(), seconds: try reader.value(), allowed: try reader.value())
    case 41: self = .unsignedAdvertisement(from: try reader.value())
    default: throw .invalid
    }
  }
}

extension LogEvent.Rivalry: MessageValue {}
extension LogEvent.Removal: MessageValue {}
extension BFDState: MessageValue {}
extension BFDDiscard: MessageValue {}
extension Priority: MessageValue {}

extension TrackerStatus: MessageValue {
  func write(to writer: inout MessageWriter) { writer.write(rawValue) }

  init(from reader: inout MessageReader) throws(MessageError) {
    guard let status = TrackerStatus(rawValue: try reader.read()) else { throw .invalid }
    self = status
  }
}
