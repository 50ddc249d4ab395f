import ConfigurationModel
import ControlModel
import LinuxSystem
import NetworkTypes
import VRRPCore
import VRRPWire

/// Engine as the prober sees it: its channel, its board, and the configuration that gives its numbers a meaning.
final class EngineLink {
  let configuration: ServedConfiguration
  let board: Board
  private let memory: SharedMemory
  private let channel: Channel
  private let loop: EventLoop
  private var registration: Reactor.Registration?
  private(set) var isClosed = false
  /// Findings for which the channel had no room, the newest of each tracker.
  private var waiting: [TrackerID: TrackerFinding] = [:]
  /// Reason of each router's last transition, by position: the words that its tracker had then, or what the name of the
  /// fault does not tell.
  var details: [Int: String] = [:]

  /// Called with every message.
  var onMessage: ((EngineLink, EngineMessage) -> Void)?
  /// Called once, when the engine is gone and all its messages have been received.
  var onClose: ((EngineLink) -> Void)?

  /// Most messages received in one turn, so that an engine that sends many does not keep the prober from its other work.
  private static let messagesPerTurn = 256

  init(
    _ configuration: ServedConfiguration, memory: SharedMemory, board: Board, channel: Channel, loop: EventLoop
  ) throws(SystemError) {
    self.configuration = configuration
    self.memory = memory
    self.board = board
    self.channel = channel
    self.loop = loop
    registration = try loop.watch(channel.rawValue, for: .readable) { [weak self] readiness in
      guard let self else { return }
      if readiness.contains(.writable) { flush() }
      receive(most: Self.messagesPerTurn)
    }
  }

  var names: Names { configuration.names }

  /// Takes over the reasons of the previous engine's routers that have the same names.
  func inheritDetails(from old: EngineLink) {
    let known = Dictionary(
      old.details.compactMap { router, words in
        old.configuration.routers.indices.contains(router) ? (old.configuration.routers[router].name, words) : nil
      }
    ) { first, _ in first }
    for (index, router) in configuration.routers.enumerated() { details[index] = known[router.name] }
  }

  /// Finds the reasons of transitions that the engine reported to an earlier prober, as far as they still hold.
  func recallDetails() {
    for router in configuration.routers.indices {
      guard let cause = board.router(router)?.lastTransition?.transition.cause else { continue }
      let reason = reason(behind: cause)
      if !reason.isEmpty { details[router] = reason }
    }
  }

  /// Words of the tracker behind a cause; empty if its verdict has changed to the opposite since.
  func reason(behind cause: Cause) -> String {
    if case .trackerDown(let tracker) = cause { return reason(of: tracker, unless: .up) }
    if case .trackerUp(let tracker) = cause { return reason(of: tracker, unless: .down) }
    return ""
  }

  private func reason(of tracker: TrackerID, unless opposite: TrackerStatus) -> String {
    guard let finding = board.tracker(tracker.rawValue)?.finding, finding.status != opposite else { return "" }
    return finding.reason
  }

  /// Finding about a tracker on the board; `nil` if there is none.
  func finding(of tracker: TrackerName) -> TrackerFinding? {
    guard let number = configuration.trackers[tracker], let record = board.tracker(number.rawValue),
      record.name == tracker.kept
    else { return nil }
    return record.finding
  }

  /// Receives all messages that have been sent so far.
  func drain() { receive(most: 100_000) }

  /// Sends a finding. Without room in the channel, the tracker's newest finding is sent as soon as there is room.
  func send(_ tracker: TrackerName, _ finding: TrackerFinding) {
    guard !isClosed, let number = configuration.trackers[tracker] else { return }
    waiting[number] = finding
    flush()
  }

  func close() {
    guard !isClosed else { return }
    isClosed = true
    if let registration { loop.unwatch(registration) }
    registration = nil
    waiting = [:]
    onClose?(self)
  }

  private func receive(most: Int) {
    for _ in 0..<most {
      guard !isClosed else { return }
      switch try? channel.receive() {
      case .message(let bytes, _):
        guard let message = try? EngineMessage(decoding: bytes) else { continue }
        onMessage?(self, message)
      case .truncated: continue
      case .wouldBlock: return
      case .closed, nil: close()
      }
    }
  }

  private func flush() {
    for (tracker, finding) in waiting {
      switch try? channel.send(TrackerVerdict(tracker: tracker.rawValue, finding).encoded) {
      case .sent: waiting[tracker] = nil
      case .closed:
        waiting = [:]
      case .wouldBlock, nil:
        if let registration { loop.modify(registration, for: [.readable, .writable]) }
        return
      }
    }
    if let registration { loop.modify(registration, for: .readable) }
  }
}

extension Names {
  /// The names that a configuration gives.
  init(_ configuration: Configuration, _ numbers: [TrackerName: TrackerID]) {
    var shared: [Int: [TrackerBinding]] = [:]
    for group in configuration.groups {
      for member in group.members { shared[member, default: []] += numbers.bindings(group.tracked) }
    }
    self.init(
      routers: configuration.routers.enumerated().map { position, router in
        Router(
          name: router.name, interface: router.interfaceText,
          trackers: numbers.bindings(router.followed) + (shared[position] ?? []))
      },
      trackers: configuration.trackers,
      groups: configuration.groups.map { Group(name: $0.name, members: $0.members) },
      dropReasons: AdvertisementError.allCases.sorted { $0.rawValue < $1.rawValue }
        .map { DropReason(name: $0.name, sentence: $0.description) })
  }
}
