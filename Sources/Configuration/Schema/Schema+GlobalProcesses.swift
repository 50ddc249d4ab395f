/// Keywords of `global_defs` that each process of keepalived has.
extension Schema {
  /// How keepalived runs one of its processes.
  static func scheduling(_ prefix: String, _ process: String) -> [Keyword] {
    let limit = "\(prefix)_rlimit_rttime"
    return rows(
      "global_defs",
      [
        Keyword(
          "\(prefix)_priority", "Sets the nice value of keepalived's \(process)", .integer(-20, 19), default: "0",
          .accepted(.scheduling)),
        Keyword(
          "\(prefix)_no_swap", "Keeps the memory of keepalived's \(process) from being swapped out", .flag,
          .accepted(.scheduling)),
        Keyword(
          "\(prefix)_rt_priority", "Runs keepalived's \(process) under the real-time scheduler, with this priority",
          .integer(1, 99), excess: .nearest, .accepted(.scheduling)),
        Keyword(
          "\(prefix)_cpu_affinity", "Lets keepalived's \(process) run on these processors only", .words,
          arguments: "INT ...", default: "all CPUs", .accepted(.scheduling)),
        Keyword(
          limit, "Limits how long keepalived's \(process) may run without a pause at real-time priority",
          .integer(1, 4_294_967_295), default: "10000", unit: .microseconds, .accepted(.scheduling)),
        Keyword(
          "\(prefix)_rlimit_rtime", "Means the same as \(limit)", .integer(1, 4_294_967_295), default: "10000",
          unit: .microseconds, instead: limit, .accepted(.scheduling)),
      ])
  }

  /// The size of a socket's receive buffer.
  static func buffers(_ prefix: String, _ purpose: String) -> [Keyword] {
    rows(
      "global_defs",
      [
        Keyword(
          "\(prefix)_rcv_bufs", "Sizes the receive buffer for \(purpose)", .integer(0, 4_294_967_295),
          default: "system", unit: .bytes, .accepted(.buffers)),
        Keyword(
          "\(prefix)_rcv_bufs_force", "Lets \(prefix)_rcv_bufs go beyond the limit of the system", .boolean,
          default: "false", .accepted(.buffers)),
      ])
  }
}
