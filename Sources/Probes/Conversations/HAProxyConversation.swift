/// `haproxy`: the servers of one backend, as the stats socket shows them (`show stat`, in CSV).
struct HAProxyConversation: Conversation {
  let backend: String
  let servers: Int
  private var statusColumn: Int?
  private var serverColumn = 1
  private var proxyColumn = 0
  private var up = 0
  private var total = 0

  init(backend: String, servers: Int) {
    self.backend = backend
    self.servers = servers
  }

  /// 4 asks for servers only, -1 for all of them.
  mutating func begin() -> Step { .say(Array("show stat \(backend) 4 -1\n".utf8)) }

  mutating func hear(_ unread: inout [UInt8]) -> Step {
    while let line = unread.takeLine() {
      if let column = statusColumn {
        if line.isEmpty { return .done(judge()) }
        count(line, column)
        if up >= servers { return .done(judge()) }
      } else if line.starts(with: "# pxname,".utf8) {
        let names = line.dropFirst(2).split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        statusColumn = names.firstIndex { $0.elementsEqual("status".utf8) }
        serverColumn = names.firstIndex { $0.elementsEqual("svname".utf8) } ?? 1
        guard statusColumn != nil else { return .done(.failure("its answer has no column status")) }
      } else if !line.isEmpty {
        return .done(.failure("\"\(quoted(line))\""))
      }
    }
    return .wait
  }

  mutating func hangUp(_ unread: [UInt8]) -> Finding {
    statusColumn == nil
      ? .failure(unread.isEmpty ? "closed by the other end" : "\"\(quoted(unread))\"") : judge()
  }

  private mutating func count(_ line: [UInt8], _ column: Int) {
    let fields = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    guard fields.count > max(column, serverColumn), fields[proxyColumn].elementsEqual(backend.utf8),
      !fields[serverColumn].elementsEqual("BACKEND".utf8), !fields[serverColumn].elementsEqual("FRONTEND".utf8)
    else { return }
    total += 1
    // `UP`, `UP 1/3` on its way down, and `no check`; not `DRAIN`, `NOLB`, `MAINT` or `DOWN`.
    let status = String(decoding: fields[column], as: UTF8.self)
    if status == "UP" || status.hasPrefix("UP ") || status == "no check" { up += 1 }
  }

  private func judge() -> Finding {
    if total == 0 { return .failure("no backend of this name, or none of its servers, is there") }
    let words = "\(up) of \(total) servers up"
    return up >= servers ? .success("\(up) up") : .failure("\(words), not \(servers)")
  }
}
