import ConfigurationModel
import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes
import VRRPCore

/// All tracked files of the configuration in force.
///
/// The kernel reports changes in the files' folders, and writes into the files, at once. A look each second finds changes
/// that it cannot report: in a file behind links in further folders or on a network, and in a folder that did not exist.
/// A file that a writer has open may hold half a number, so it is looked at when it is closed.
final class TrackedFiles {
  static let lookInterval = Nanoseconds.seconds(1)
  /// Time after which a number that is gone counts as gone, since a writer may remove it before it writes the next one.
  static let settleTime = Nanoseconds.milliseconds(50)
  /// Time without a write after which a writer that keeps the file open counts as done.
  static let quietTime = Nanoseconds.seconds(2)
  /// Most looks at a file within ``lookInterval``. A file that changes more often is looked at again when the interval is
  /// over, since each new number means an advert, a line in the log and work for other hosts.
  static let mostLooks = 50
  /// Most buffers of file events read in one turn.
  private static let readsPerTurn = 64

  private let loop: EventLoop
  private let log: LogWriter
  private var files: [TrackedFile] = []
  private var watcher: FolderWatcher?
  private var registration: Reactor.Registration?
  private var timer: EventLoop.Timer?
  private var settleTimer: EventLoop.Timer?
  /// Files whose number is gone and that are to be looked at once more.
  private var vanished: Set<Int> = []
  /// Files that are open for writing, with the instant of the last write.
  private var writing: [Int: MonotonicInstant] = [:]
  /// Number of looks at each file in the present interval, and the instant at which the interval began.
  private var looks: [Int: (since: MonotonicInstant, count: Int)] = [:]
  /// Files that were looked at too often in the present interval.
  private var postponed: Set<Int> = []
  private var postponedTimer: EventLoop.Timer?
  private let lines: LineLimiter
  /// Opens the files with the rights of the right user.
  var access: any TrackedFileAccess = OwnFileAccess()
  private var refusesLinks = false

  /// Number of times that all files were looked at.
  private(set) var passes = 0

  /// Called with each changed number, and with changed words about it.
  var onFinding: ((TrackerName, TrackerFinding) -> Void)?

  init(loop: EventLoop, log: LogWriter) {
    self.loop = loop
    self.log = log
    lines = LineLimiter(loop: loop, log: log)
  }

  /// Takes over a configuration's files. A file whose name existed before keeps its number. If its path has changed, the
  /// old number holds until one has been read at the new path.
  /// - Parameters:
  ///   - isReload: true if the service has run before, so that no number is written over.
  ///   - refusesLinks: true if another user's link to a file that is not that user's is not followed
  ///     (`enable_script_security`).
  ///   - previous: gives the finding of an earlier prober; if it has a number, no initial number is written.
  func adopt(
    _ definitions: [TrackedFileDefinition], isReload: Bool, refusesLinks: Bool = false,
    previous: (TrackerName) -> TrackerFinding?
  ) {
    self.refusesLinks = refusesLinks
    let old = Dictionary(files.map { ($0.definition.name, $0) }) { first, _ in first }
    unwatch()
    files = definitions.map { definition in
      if var same = old[definition.name] {
        same.definition = definition
        initialize(same, overwrites: false)
        return same
      }
      if case .level(let level) = previous(TrackerName(.file, definition.name))?.status {
        return TrackedFile(definition, level: level)
      }
      let file = TrackedFile(definition)
      initialize(file, overwrites: !isReload)
      return file
    }
    loop.cancel(timer)
    guard !files.isEmpty else { return }
    watchFolders()
    lookAround()
  }

  /// Findings of the files that have been looked at.
  var findings: [(TrackerName, TrackerFinding)] {
    files.compactMap { file in file.finding.map { (TrackerName(.file, file.definition.name), $0) } }
  }

  /// Ends all looks at files.
  func stop() {
    files = []
    loop.cancel(timer)
    unwatch()
  }

  private func initialize(_ file: TrackedFile, overwrites: Bool) {
    do {
      guard file.definition.initialValue != nil else { return }
      try access.initialize(file.definition, overwrites: overwrites && file.definition.overwrites)
    } catch {
      log.log(
        .error, "track_file \(file.definition.name): \(error)",
        fields: [("event", "file-refused"), ("file", file.definition.name), ("reason", "\(error)")])
    }
  }

  // MARK: Looks

  private func lookAround() {
    passes += 1
    for index in files.indices { look(index) }
    timer = loop.schedule(after: Self.lookInterval) { [weak self] in
      self?.watchFolders()
      // The events so far tell which files are being written.
      self?.hear()
      self?.lookAround()
    }
  }

  private func look(_ index: Int, isSure: Bool = false) {
    if let last = writing[index], loop.now - last < Self.quietTime { return }
    guard mayLook(index) else { return postpone(index) }
    let isOpen = writing[index] != nil
    let name = files[index].definition.name
    let definition = files[index].definition
    let outcome = files[index].look(isSure: isSure && !isOpen) { () throws(TrackedPath.Refusal) in
      try access.open(definition, refusesLinks: refusesLinks)
    }
    switch outcome {
    case .same: break
    case .vanished:
      if !isOpen { settle(index) }
    case .changed(let isOtherNumber, let complaint):
      if let complaint {
        say(
          LogLine(
            .warning, "track_file \(name): \(complaint)",
            fields: [("event", "file-unusable"), ("file", name), ("reason", complaint)]), of: name)
      }
      guard let finding = files[index].finding else { break }
      let tracker = TrackerName(.file, name)
      if isOtherNumber { say(LogLine(finding, of: tracker), of: name) }
      onFinding?(tracker, finding)
    }
    watchText(of: index)
  }

  private func say(_ line: LogLine, of name: String) {
    lines.log(line, about: "file \(name)") { [weak self] in
      self?.files.first { $0.definition.name == name }.flatMap { $0.level.map { "it is \($0) now" } }
    }
  }

  /// Counts a look at a file. Returns false if the file was looked at too often in this interval.
  private func mayLook(_ index: Int) -> Bool {
    let known = looks[index].flatMap { loop.now - $0.since < Self.lookInterval ? $0 : nil }
    guard let known else {
      looks[index] = (loop.now, 1)
      return true
    }
    looks[index] = (known.since, known.count + 1)
    return known.count < Self.mostLooks
  }

  private func postpone(_ index: Int) {
    postponed.insert(index)
    guard postponedTimer == nil else { return }
    postponedTimer = loop.schedule(after: Self.lookInterval) { [weak self] in
      guard let self else { return }
      postponedTimer = nil
      let waiting = postponed
      postponed = []
      hear()
      for index in waiting where files.indices.contains(index) { look(index) }
    }
  }

  private func settle(_ index: Int) {
    vanished.insert(index)
    guard settleTimer == nil else { return }
    settleTimer = loop.schedule(after: Self.settleTime) { [weak self] in
      guard let self else { return }
      settleTimer = nil
      let gone = vanished
      vanished = []
      hear()
      for index in gone where files.indices.contains(index) { look(index, isSure: true) }
    }
  }

  // MARK: File events

  /// Files of each watched folder, and files whose text is watched, by the number of the watch.
  private var folders: [Int32: Set<Int>] = [:]
  private var texts: [Int32: Set<Int>] = [:]

  /// Watches the folders to which the paths lead now, since folders come and go.
  private func watchFolders() {
    if watcher == nil {
      watcher = try? FolderWatcher()
      registration = watcher.flatMap { watcher in
        try? loop.watch(watcher.rawValue, for: .readable) { [weak self] _ in self?.hear() }
      }
    }
    var numbers: [String: Int32] = [:]
    var watched: [Int32: Set<Int>] = [:]
    for (index, file) in files.enumerated() {
      let path = Self.split(file.definition.path).folder
      guard let number = numbers[path] ?? (try? watcher?.watch(path)) else { continue }
      numbers[path] = number
      watched[number, default: []].insert(index)
    }
    for number in folders.keys where watched[number] == nil { watcher?.unwatch(number) }
    folders = watched
  }

  /// Watches writes into the file to which a path leads now, and no longer into the file to which it led before.
  private func watchText(of index: Int) {
    let number = files[index].holdsText ? try? watcher?.watch(file: files[index].definition.path) : nil
    if let number, texts[number]?.contains(index) == true { return }
    for (other, indices) in texts where indices.contains(index) {
      writing[index] = nil
      texts[other] = indices.count == 1 ? nil : indices.subtracting([index])
      if indices.count == 1 { watcher?.unwatch(other) }
    }
    if let number { texts[number, default: []].insert(index) }
  }

  private func hear() {
    guard let watcher else { return }
    var touched: Set<Int> = []
    for _ in 0..<Self.readsPerTurn {
      guard let changes = try? watcher.changes() else {
        // Something was lost, so anything may have changed.
        writing = [:]
        touched.formUnion(files.indices)
        continue
      }
      if changes.isEmpty { break }
      for change in changes { take(change, &touched) }
    }
    for index in touched { look(index) }
  }

  private func take(_ change: FolderWatcher.Change, _ touched: inout Set<Int>) {
    for index in texts[change.watch] ?? [] {
      writing[index] = change.kind == .beingWritten ? loop.now : nil
      if change.kind != .beingWritten { touched.insert(index) }
    }
    for index in folders[change.watch] ?? [] {
      let isIt = change.name.isEmpty || change.name == Self.split(files[index].definition.path).name
      // Behind a link, whatever gets another name may be on the way to the file, as `..data` is in Kubernetes.
      guard isIt || files[index].isLink && change.kind != .written else { continue }
      if isIt, change.kind == .created, files[index].isBeingMade {
        writing[index] = loop.now
        watchText(of: index)
      } else {
        if isIt { writing[index] = nil }
        touched.insert(index)
      }
    }
  }

  private func unwatch() {
    if let registration { loop.unwatch(registration) }
    registration = nil
    watcher = nil
    (folders, texts, writing, vanished) = ([:], [:], [:], [])
    (looks, postponed) = ([:], [])
    loop.cancel(postponedTimer)
    postponedTimer = nil
    loop.cancel(settleTimer)
    settleTimer = nil
  }

  private static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = String(path[..<slash])
    return (folder.isEmpty ? "/" : folder, String(path[path.index(after: slash)...]))
  }
}
