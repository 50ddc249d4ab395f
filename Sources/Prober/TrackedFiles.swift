import Configuration
import ControlModel
import LinuxSystem
import NetworkTypes
import VRRPCore

/// All tracked files of the configuration in force.
///
/// The kernel tells of changes in their folders at once. A look each second finds what it cannot tell: a file behind a symbolic
/// link or on a network, and a folder that was not there.
final class TrackedFiles {
  static let lookInterval = Nanoseconds.seconds(1)

  private let loop: EventLoop
  private let log: LogWriter
  private var files: [TrackedFile] = []
  private var watcher: FolderWatcher?
  private var registration: Reactor.Registration?
  private var timer: EventLoop.Timer?

  /// Told of a changed number with the file's position in the configuration.
  var onLevel: ((Int, Int32, String) -> Void)?

  init(loop: EventLoop, log: LogWriter) {
    self.loop = loop
    self.log = log
  }

  /// Takes over a configuration's files. One that is defined as before goes on as it is.
  /// - Parameter isKnown: whether there is a number from an earlier run of this process, so that the service is not starting.
  func adopt(_ definitions: [TrackedFileDefinition], isKnown: (Int) -> Bool) {
    let old = Dictionary(files.map { ($0.definition, $0) }) { first, _ in first }
    files = definitions.map { old[$0] ?? TrackedFile($0) }
    for (index, definition) in definitions.enumerated() where old[definition] == nil {
      if !isKnown(index) { initialize(files[index]) }
    }
    loop.cancel(timer)
    guard !files.isEmpty else { return unwatch() }
    watchFolders()
    lookAround()
  }

  /// Every file's position, number and reason.
  var levels: [(index: Int, level: Int32, reason: String)] {
    files.enumerated().compactMap { index, file in file.level.map { (index, $0, file.reason) } }
  }

  /// Looks at no file any more.
  func stop() {
    files = []
    loop.cancel(timer)
    unwatch()
  }

  private func initialize(_ file: TrackedFile) {
    do {
      try file.initialize()
    } catch {
      log.log(
        .error, "track_file \(file.definition.name): \(error)",
        fields: [("event", "file-refused"), ("file", file.definition.name), ("reason", "\(error)")])
    }
  }

  private func lookAround() {
    for index in files.indices { look(index) }
    timer = loop.schedule(after: Self.lookInterval) { [weak self] in
      self?.watchFolders()
      self?.lookAround()
    }
  }

  private func look(_ index: Int) {
    let name = files[index].definition.name
    let (changed, complaint) = files[index].look()
    if let complaint {
      log.log(
        .warning, "track_file \(name): \(complaint)",
        fields: [("event", "file-unusable"), ("file", name), ("reason", complaint)])
    }
    guard changed, let level = files[index].level else { return }
    let reason = files[index].reason
    log.log(
      .notice, "file \(name) is \(level): \(reason)",
      fields: [("event", "check"), ("file", name), ("status", "\(level)"), ("reason", reason)])
    onLevel?(index, level, reason)
  }

  // MARK: The kernel's word

  /// Which folder each watched number means; made anew with each look, since folders come and go.
  private var folders: [Int32: String] = [:]

  private func watchFolders() {
    if watcher == nil {
      watcher = try? FolderWatcher()
      registration = watcher.flatMap { watcher in
        try? loop.watch(watcher.rawValue, for: .readable) { [weak self] _ in self?.hear() }
      }
    }
    let wanted = Set(files.map { Self.split($0.definition.path).folder })
    var watched: [Int32: String] = [:]
    for path in wanted {
      if let number = try? watcher?.watch(path) { watched[number] = path }
    }
    for number in folders.keys where watched[number] == nil { watcher?.unwatch(number) }
    folders = watched
  }

  private func hear() {
    guard let found = try? watcher?.changes() else {
      for index in files.indices { look(index) }
      return
    }
    for index in files.indices {
      let (folder, name) = Self.split(files[index].definition.path)
      if found.contains(where: { ($0.name == name || $0.name.isEmpty) && folders[$0.folder] == folder }) { look(index) }
    }
  }

  private func unwatch() {
    if let registration { loop.unwatch(registration) }
    registration = nil
    watcher = nil
    folders = [:]
  }

  private static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = String(path[..<slash])
    return (folder.isEmpty ? "/" : folder, String(path[path.index(after: slash)...]))
  }
}
