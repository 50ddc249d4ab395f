import Configuration
import ConfigurationModel
import ConfigurationSyntax
import Glibc

/// One process that reads changed files, one after the other, within a time and a memory that the kernel enforces.
struct Worker {
  let mutator: Mutator
  let first: UInt64
  let end: UInt64
  /// Where the number of the run stands that is being read, for whoever sees this process end.
  let note: RunNote

  /// Seconds of processor time that a file may take.
  static let seconds = 1
  /// Bytes that the process may have, its own included.
  static let bytes = 256 * 1_048_576
  /// Lines that sequences and definitions of a file may make: as many as can be read within that time and memory.
  static let lines = 200_000

  /// What the runs came to.
  struct Tally {
    var runs: UInt64 = 0
    var refused: UInt64 = 0
    var slowest = 0
    var slowestRun: UInt64 = 0
    var peakKilobytes = 0

    /// The tally in words that ``init(_:)`` reads.
    var line: String { "\(runs) \(refused) \(slowest) \(slowestRun) \(peakKilobytes)" }

    init() {}

    init?(_ line: some StringProtocol) {
      let numbers = line.split(separator: " ").compactMap { UInt64($0) }
      guard numbers.count == 5 else { return nil }
      (runs, refused, slowestRun) = (numbers[0], numbers[1], numbers[3])
      (slowest, peakKilobytes) = (Int(clamping: numbers[2]), Int(clamping: numbers[4]))
    }

    mutating func add(_ other: Self) {
      runs += other.runs
      refused += other.refused
      if other.slowest > slowest { (slowest, slowestRun) = (other.slowest, other.slowestRun) }
      peakKilobytes = max(peakKilobytes, other.peakKilobytes)
    }
  }

  func run() -> Tally {
    // Beyond it there is no memory, and the process ends with a signal.
    var limit = rlimit(rlim_cur: rlim_t(Self.bytes), rlim_max: rlim_t(Self.bytes))
    setrlimit(__rlimit_resource_t(2), &limit)  // RLIMIT_DATA
    var tally = Tally()
    for run in first..<end {
      note.run = run
      let bytes = mutator.bytes(run: run)
      let began = Self.processorTime()
      Self.arm(seconds: Self.seconds)
      if Self.read(bytes, formats: run % 4 == 0) { tally.refused += 1 }
      Self.arm(seconds: 0)
      let took = Self.processorTime() - began
      if took > tally.slowest { (tally.slowest, tally.slowestRun) = (took, run) }
      tally.runs += 1
    }
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    tally.peakKilobytes = usage.ru_maxrss
    return tally
  }

  /// Whether the file is refused; everything that is found is put into words.
  private static func read(_ bytes: [UInt8], formats: Bool) -> Bool {
    let others = ["/a1": Array("router_id x\n}".utf8), "/b2": Array("include /[a-c]*".utf8), "/m": bytes]
    let files = MemorySourceFiles(files: others, variables: ["A": "eth0"])
    var limits = SourceLimits()
    limits.expandedLines = lines
    let loaded = ConfigurationLoader.load(
      path: "/m", files: files, configurationID: "me", limits: limits, lints: true)
    _ = DiagnosticRenderer().render(loaded.diagnostics)
    if formats { _ = try? SourceFormatter(grammar: Schema.keepalived.grammar).format(bytes, path: "/m") }
    return loaded.hasErrors
  }

  /// Lets SIGPROF end the process after so many seconds of processor time; 0 for never.
  private static func arm(seconds: Int) {
    var timer = itimerval(it_interval: timeval(), it_value: timeval(tv_sec: seconds, tv_usec: 0))
    setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &timer, nil)
  }

  /// Microseconds of processor time so far.
  private static func processorTime() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
  }
}

/// The number of a run, in a file that two processes have in memory.
struct RunNote {
  private let memory: UnsafeMutablePointer<UInt64>

  init?(path: String) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard ftruncate(descriptor, off_t(MemoryLayout<UInt64>.size)) == 0,
      let mapped = mmap(nil, MemoryLayout<UInt64>.size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
      mapped != MAP_FAILED
    else { return nil }
    memory = mapped.bindMemory(to: UInt64.self, capacity: 1)
  }

  var run: UInt64 {
    get { memory.pointee }
    nonmutating set { memory.pointee = newValue }
  }
}
