import ConfigurationModel
import Glibc
import LinuxSystem
import NIOCore

/// Asker of `load` and `memory` probes, which read small files of the kernel. Reading them never blocks.
struct HostAsker: Asker {
  let asked: String
  private let read: @Sendable () -> Finding

  init(asked: String, _ read: @escaping @Sendable () -> Finding) {
    self.asked = asked
    self.read = read
  }

  func ask(_ run: ProbeRun) { run.finish(read()) }
}

/// Asker of `disk` probes. A file system may never answer, so another thread waits for it.
struct DiskAsker: Asker {
  let question: DiskQuestion
  private let read: @Sendable (String) -> DiskReading

  init(_ question: DiskQuestion, _ read: @escaping @Sendable (String) -> DiskReading = DiskReading.init(of:)) {
    self.question = question
    self.read = read
  }

  var asked: String { "disk \(question.path)" }

  func ask(_ run: ProbeRun) {
    let (question, read) = (question, read)
    let fileSystems = run.thread.fileSystems
    if let begin = fileSystems.begin(of: question.path), NIODeadline.now() - begin >= run.limit {
      return run.finish(.failure("hangs since an earlier run"))
    }
    fileSystems.answer(of: question.path, for: run) { read(question.path) }.whenComplete { result in
      switch result {
      case .success(let reading): run.finish(question.judge(reading))
      case .failure(let error): run.fail(error)
      }
    }
  }
}

extension LoadQuestion {
  /// Finding from the load average and its limit.
  func reading() -> Finding {
    var averages = [0.0, 0.0, 0.0]
    guard getloadavg(&averages, 3) == 3 else { return .barred("the load cannot be read") }
    let value = averages[minutes == 1 ? 0 : minutes == 5 ? 1 : 2]
    return judge(thousandths: Int(max(0, min(value, 1e9)) * 1000))
  }

  func judge(thousandths: Int) -> Finding {
    let words = "load \(fraction(thousandths))"
    return thousandths <= most ? .success(words) : .failure("\(words), more than \(fraction(most))")
  }
}

/// Number of thousandths as text, with two digits after the point.
private func fraction(_ thousandths: Int) -> String {
  let hundredths = thousandths / 10
  return "\(hundredths / 100)." + (hundredths % 100 < 10 ? "0" : "") + "\(hundredths % 100)"
}

extension Amount {
  /// True if `part` of `whole` is at least this amount.
  func isReached(by part: UInt64, of whole: UInt64) -> Bool {
    switch self {
    case .count(let count): return part >= count
    case .perMille(let share):
      // Of huge wholes the thousandth is taken first, which cannot overflow.
      return whole > UInt64.max / 1000 ? part >= whole / 1000 * share : part * 1000 >= whole * share
    }
  }
}

/// Part and whole as text, such as `3.2G of 20G`.
private func share(_ part: UInt64, of whole: UInt64) -> String {
  let perMille = whole == 0 ? 0 : (whole > UInt64.max / 1000 ? part / (whole / 1000) : part * 1000 / whole)
  return "\(perMille / 10).\(perMille % 10)%"
}

/// Figures that a file system gives about itself.
struct DiskReading: Sendable, Hashable {
  /// Errno if it gives no figures; 0 if it does.
  var failure: Int32 = 0
  /// Free space for unprivileged users, in bytes.
  var free: UInt64 = 0
  /// Size in bytes.
  var total: UInt64 = 0
  var freeInodes: UInt64 = 0
  var inodes: UInt64 = 0
  var isReadOnly = false
}

extension DiskReading {
  /// Reads the figures of the file system that holds `path` (statvfs(3)), and if it is read-only. The call blocks.
  init(of path: String) {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else {
      self.init(failure: errno)
      return
    }
    let size = UInt64(status.f_frsize)
    self.init(
      free: UInt64(status.f_bavail).multipliedClamping(size), total: UInt64(status.f_blocks).multipliedClamping(size),
      freeInodes: UInt64(status.f_favail), inodes: UInt64(status.f_files),
      isReadOnly: MountTable.isReadOnly(path, readSmallFile("/proc/self/mountinfo", most: 1 << 20) ?? ""))
  }
}

extension DiskQuestion {
  /// Finding from the figures of the file system and the limits.
  func judge(_ reading: DiskReading) -> Finding {
    guard reading.failure == 0 else {
      let words = SystemError.reason(reading.failure)
      return [EACCES, EPERM].contains(reading.failure) ? .barred(words) : .failure(words)
    }
    return judge(
      free: reading.free, total: reading.total, freeInodes: reading.freeInodes, inodes: reading.inodes,
      isReadOnly: reading.isReadOnly)
  }

  func judge(free: UInt64, total: UInt64, freeInodes: UInt64, inodes: UInt64, isReadOnly: Bool) -> Finding {
    if writable, isReadOnly { return .failure("mounted read-only") }
    let words = "\(share(free, of: total)) free"
    if let least = self.free, !least.isReached(by: free, of: total) {
      return .failure("\(free >> 20) MiB (\(share(free, of: total))) free, less than \(least)")
    }
    // File systems that make inodes as they are needed say that they have none.
    if let least = self.inodes, inodes > 0, !least.isReached(by: freeInodes, of: inodes) {
      return .failure("\(freeInodes) inodes (\(share(freeInodes, of: inodes))) free, less than \(least)")
    }
    return .success(words)
  }
}

extension UInt64 {
  fileprivate func multipliedClamping(_ factor: UInt64) -> UInt64 {
    let (product, overflow) = multipliedReportingOverflow(by: factor)
    return overflow ? .max : product
  }
}

extension MemoryQuestion {
  /// Finding from the kernel's figures about pressure and available memory.
  func reading() -> Finding {
    var pressure = ""
    if some != nil || full != nil {
      guard let text = readSmallFile("/proc/pressure/memory") else {
        return .barred("the kernel tells no pressure: \(SystemError.reason(errno))")
      }
      pressure = text
    }
    return judge(pressure: pressure, memory: available == nil ? "" : readSmallFile("/proc/meminfo") ?? "")
  }

  func judge(pressure: String, memory: String) -> Finding {
    var words: [String] = []
    for (name, most) in [("some", some), ("full", full)] {
      guard let most else { continue }
      guard let value = Self.pressure(pressure, name, window: window) else {
        return .barred("the kernel tells no pressure \"\(name)\"")
      }
      let found = "\(name) \(value / 10).\(value % 10)%"
      guard value <= most else { return .failure("\(found) over \(window) s, more than \(most / 10).\(most % 10)%") }
      words.append(found)
    }
    if let available {
      guard let total = Self.amount(memory, "MemTotal:"), let left = Self.amount(memory, "MemAvailable:") else {
        return .barred("available memory cannot be read")
      }
      let found = "\(left >> 20) MiB (\(share(left, of: total))) available"
      guard available.isReached(by: left, of: total) else { return .failure("\(found), less than \(available)") }
      words.append(found)
    }
    return .success(words.joined(separator: ", "))
  }

  /// Value of `avgN` in the line that begins with `name`, in thousandths; `nil` if it is missing.
  private static func pressure(_ text: String, _ name: String, window: Int) -> Int? {
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.first.map({ $0 == name }) ?? false else { continue }
      let prefix = "avg\(window)="
      guard let word = words.first(where: { $0.hasPrefix(prefix) }) else { return nil }
      let parts = word.dropFirst(prefix.count).split(separator: ".")
      guard parts.count == 2, let whole = Int(parts[0]), let tenths = parts[1].first.flatMap({ Int(String($0)) }),
        (0...100).contains(whole)
      else { return nil }
      return whole * 10 + tenths
    }
    return nil
  }

  private static func amount(_ text: String, _ name: String) -> UInt64? {
    for line in text.split(separator: "\n") where line.hasPrefix(name) {
      return line.split(separator: " ").dropFirst().first.flatMap { UInt64($0) }.map { $0.multipliedClamping(1024) }
    }
    return nil
  }
}

/// Mounts that this process sees (proc(5), `mountinfo`).
enum MountTable {
  /// True if the file system that holds `path` is read-only itself. A sandboxed service sees file systems mounted read-only
  /// to which other processes write, so the options of the mount here do not count.
  static func isReadOnly(_ path: String, _ table: String) -> Bool {
    var best: (length: Int, isReadOnly: Bool) = (-1, false)
    for line in table.split(separator: "\n") {
      // Number, parent, device, root, mount point, options, optional fields, a hyphen, type, source, the file system's options.
      let fields = line.split(separator: " ")
      guard fields.count >= 10, let hyphen = fields[6...].firstIndex(of: "-"), hyphen + 3 < fields.count else {
        continue
      }
      let point = unescaped(fields[4])
      // Of two on one point the later covers the earlier.
      guard point.count >= best.length, path == point || path.hasPrefix(point == "/" ? "/" : point + "/") else {
        continue
      }
      best = (point.count, fields[hyphen + 3].split(separator: ",").first.map { $0 == "ro" } ?? false)
    }
    return best.isReadOnly
  }

  /// Field with its escapes replaced: blanks, tabs, line ends and backslashes are written as a backslash and three octal
  /// digits.
  private static func unescaped(_ field: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = field.utf8[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\"), let value = UInt8(String(Substring(rest.prefix(3))), radix: 8) {
        rest = rest.dropFirst(3)
        bytes.append(value)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Text at the beginning of a file of the kernel; `nil` if it cannot be read.
private func readSmallFile(_ path: String, most: Int = 16_384) -> String? {
  guard let file = try? FileDescriptor.open(reading: path) else { return nil }
  var text: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 4096)
  while text.count < most,
    case .bytes(let count)? = try? buffer.withUnsafeMutableBytes({ try file.read(into: $0) })
  {
    text += buffer.prefix(count)
  }
  return String(decoding: text, as: UTF8.self)
}
