import ConfigurationModel
import ControlModel
import LinuxSystem
import NetworkTypes

/// Asks the starter for the commands of one configuration.
final class CommandLauncher {
  let loop: EventLoop
  let starter: StarterLink
  let drains: OutputDrains
  let sandboxes: Sandboxes?
  /// Number of the configuration's command table at the starter. A later engine with the same configuration has another.
  var table: UInt64
  private let places: [CommandUse: UInt32]
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
    places = Self.places(of: configuration.commandUses)
    fifoPlaces = Self.places(of: configuration.global.fifos.map(\.path))
    filePlaces = Self.places(of: configuration.trackedFiles.map(\.name))
    // Only who has a command run tells it of a subject.
    subjectPlaces = places.isEmpty ? [:] : Self.places(of: configuration.subjects)
  }

  /// Has a command started. The completion is called once, in a later turn, even if the command cannot be run.
  /// - Parameters:
  ///   - purpose: purpose of the command in the configuration; the starter checks it.
  ///   - event: event of a notification; `nil` for other commands.
  ///   - limit: time that the command may run.
  func launch(
    _ command: CommandDefinition, for purpose: CommandTable.Purpose, telling event: NotifyEvent? = nil,
    limit: Nanoseconds, completion: @escaping (CommandOutcome) -> Void
  ) -> CommandRun {
    let use = CommandUse(command: command, purpose: purpose)
    return CommandRun(
      request(use, telling: event), limit: limit, launcher: self, program: command.text, completion: completion)
  }

  /// Request for the starter; `nil` if the configuration does not have the command.
  private func request(_ use: CommandUse, telling event: NotifyEvent?) -> RunRequest? {
    guard let place = places[use] else { return nil }
    var request = RunRequest(table: table, command: place)
    guard let event else { return request }
    guard let subject = subjectPlaces[event.subject] else { return nil }
    request.notification = RunRequest.Notification(
      subject: subject, state: event.state, priority: UInt8(clamping: event.priority), cause: event.cause,
      previous: event.previous)
    return request
  }

  private static func places<Key: Hashable>(of keys: [Key]) -> [Key: UInt32] {
    Dictionary(keys.enumerated().map { ($0.element, UInt32($0.offset)) }) { first, _ in first }
  }

  /// Position of a tracked file in the starter's table; `nil` if the table does not have it.
  func place(of file: TrackedFileDefinition) -> UInt32? { filePlaces[file.name] }

  /// Position of a FIFO in the starter's table; `nil` if the table does not have it.
  func place(ofFIFO path: String) -> UInt32? { fifoPlaces[path] }
}
