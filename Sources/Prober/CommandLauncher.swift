import Configuration
import ControlModel
import LinuxSystem
import NetworkTypes

/// Has the commands of one configuration started.
final class CommandLauncher {
  let loop: EventLoop
  let starter: StarterLink
  let drains: OutputDrains
  let sandboxes: Sandboxes?
  /// The starter's name for the configuration's commands. A later engine with the same configuration has another one.
  var table: UInt64
  private let places: [CommandDefinition: UInt32]
  private let fifoPlaces: [String: UInt32]
  private let filePlaces: [String: UInt32]
  private let subjectPlaces: [NotifySubject: UInt32]

  init(
    _ configuration: Configuration, table: UInt64, loop: EventLoop, starter: StarterLink, drains: OutputDrains,
    sandboxes: Sandboxes? = nil
  ) {
    self.loop = loop
    self.starter = starter
    self.drains = drains
    self.sandboxes = sandboxes
    self.table = table
    places = Self.places(of: configuration.commands)
    fifoPlaces = Self.places(of: configuration.global.fifos.map(\.path))
    filePlaces = Self.places(of: configuration.trackedFiles.map(\.name))
    subjectPlaces = Self.places(of: configuration.subjects)
  }

  /// Has a command started. The completion is called once, in a later turn, also when it cannot be run.
  /// - Parameters:
  ///   - words: what it is told besides its own words.
  ///   - limit: how long it may run.
  ///   - endsWithProber: whether it is killed with all it started when this process dies, so that the next may start another.
  ///   - sandbox: what it is kept from; where the kernel cannot do that it is not run.
  func launch(
    _ command: CommandDefinition, words: RunRequest.Words = .none, limit: Nanoseconds,
    endsWithProber: Bool = false, sandbox: ScriptCheckDefinition.Sandbox = .off,
    completion: @escaping (CommandOutcome) -> Void
  ) -> CommandRun {
    var request = places[command].map { RunRequest(table: table, command: $0) }
    request?.words = words
    request?.endsWithProber = endsWithProber
    request?.confinement = RunRequest.Confinement(sandbox)
    return CommandRun(request, limit: limit, launcher: self, program: command.text, completion: completion)
  }

  /// What the starter makes a notification's words of; nothing for what the configuration does not have.
  func words(for event: NotifyEvent, hasWords: Bool) -> RunRequest.Words {
    guard let subject = subjectPlaces[event.subject] else { return .none }
    var notification = RunRequest.Notification(
      subject: subject, state: event.state, priority: UInt8(clamping: event.priority), cause: event.cause,
      previous: event.previous)
    notification.hasWords = hasWords
    return .notification(notification)
  }

  private static func places<Key: Hashable>(of keys: [Key]) -> [Key: UInt32] {
    Dictionary(keys.enumerated().map { ($0.element, UInt32($0.offset)) }) { first, _ in first }
  }

  /// The starter's name for a tracked file.
  func place(of file: TrackedFileDefinition) -> UInt32? { filePlaces[file.name] }

  /// The starter's name for a FIFO.
  func place(ofFIFO path: String) -> UInt32? { fifoPlaces[path] }
}
