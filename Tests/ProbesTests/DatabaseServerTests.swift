import Configuration
import ConfigurationModel
import Glibc
import LabKit
import LinuxSystem
import NIOCore
import NIOPosix
import NetworkTypes
import Testing

@testable import Probes

/// PostgreSQL's own programs, which Debian keeps out of PATH.
private let postgresqlFolder: String = {
  for version in (11...20).reversed() where access("/usr/lib/postgresql/\(version)/bin/postgres", X_OK) == 0 {
    return "/usr/lib/postgresql/\(version)/bin"
  }
  return "/usr/lib/postgresql"
}()

/// PostgreSQL and MariaDB refuse to run as root, and an ordinary user's namespace has no others.
private func user(_ name: String) -> ConditionTrait {
  let isMissing = geteuid() == 0 && (LabEnvironment.isUserNamespace || (try? UserDatabase.lookup(name)) == .some(nil))
  return .enabled(if: !isMissing, "there is no user \(name) to run it as")
}

/// Gives a folder to the user that a server runs as.
private func give(_ folder: ServerFolder, to name: String) throws {
  guard geteuid() == 0 else { return }
  try Command.check(["chown", "-R", name, folder.path])
}

/// Runs a command as a user.
private func run(_ arguments: [String], as name: String, in folder: ServerFolder) throws {
  try Command.check(
    geteuid() == 0 ? ["setpriv", "--reuid", name, "--regid", name, "--clear-groups", "--"] + arguments : arguments,
    limit: 120)
}

extension ProbesTests {
  @Suite struct DatabaseServers {
    @Test(needs("redis-server")) func redisHealthySickAndHung() async throws {
      let folder = try ServerFolder()
      let (first, second) = (try freePort(), try freePort())
      let common = ["--save", "", "--bind", "127.0.0.1", "--dir", folder.path]
      let master = try RealServer(["redis-server", "--port", "\(first)"] + common, in: folder)
      let replica = try RealServer(
        ["redis-server", "--port", "\(second)", "--replicaof", "127.0.0.1", "\(first)"] + common, in: folder,
        log: "log2")
      func question(_ port: UInt16, _ role: ServerRole? = nil) -> ProbeQuestion {
        .redis(RedisQuestion(endpoint: local(port), role: role))
      }
      let healthy = await eventually(question(first), success: true)
      #expect(healthy.words.hasPrefix("redis 127.0.0.1:\(first): PONG in "), "\(healthy.words)")
      #expect(await eventually(question(first, .primary), success: true).words.contains("role master"))
      _ = await eventually(question(second), success: true)
      #expect(await ask(question(second, .replica)).isSuccess)
      let wrong = await ask(question(second, .primary))
      #expect(!wrong.isSuccess && wrong.words.contains("role slave, not master"), "\(wrong.words)")
      try master.hang()
      let hung = await ask(question(first), timeout: .seconds(2))
      #expect(!hung.isSuccess && hung.words.hasSuffix("no answer within 2 s"), "\(hung.words)")
      master.kill()
      await expectRefusal(question(first))
      replica.kill()
    }

    @Test(needs(postgresqlFolder + "/postgres"), user("postgres")) func postgresqlHealthySickAndHung() async throws {
      let folder = try ServerFolder()
      let port = try freePort()
      try give(folder, to: "postgres")
      let data = folder.path("data")
      try run(
        [
          postgresqlFolder + "/initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8",
          "--locale=C",
        ],
        as: "postgres", in: folder)
      func start(_ log: String) throws -> RealServer {
        try RealServer(
          [
            postgresqlFolder + "/postgres", "-D", data, "-k", folder.path, "-p", "\(port)", "-c",
            "listen_addresses=127.0.0.1", "-c", "fsync=off",
          ], in: folder, user: "postgres", log: log)
      }
      func question(_ role: ServerRole? = nil, user: String = "postgres") -> ProbeQuestion {
        .postgresql(PostgreSQLQuestion(endpoint: local(port), user: user, role: role))
      }
      let primary = try start("log")
      _ = await eventually(question(), success: true)
      // As for pg_isready, a user whom the server does not know has been answered.
      #expect(await ask(question(user: "nobody-of-this-name")).isSuccess)
      #expect(await eventually(question(.primary), success: true).words.contains("primary"))
      let path = ProbeQuestion.postgresql(PostgreSQLQuestion(endpoint: .path(folder.path(".s.PGSQL.\(port)"))))
      let byPath = await ask(path)
      #expect(byPath.isSuccess, "\(byPath.words)")
      try primary.hang()
      let hung = await ask(question(), timeout: .seconds(2))
      #expect(!hung.isSuccess && hung.words.hasSuffix("no answer within 2 s"), "\(hung.words)")
      try primary.goOn()
      _ = await eventually(question(), success: true)
      // It ends its processes with it. Orphans of a killed one would keep the next from starting while they hold its memory.
      try primary.signal(SIGQUIT)
      await expectRefusal(question())
      primary.kill()

      // A standby takes nothing but reads.
      _ = try folder.file("data/standby.signal", "")
      unlink(data + "/postmaster.pid")
      try give(folder, to: "postgres")
      let standby = try start("log2")
      _ = await eventually(question(.replica), success: true)
      let wrong = await ask(question(.primary))
      #expect(!wrong.isSuccess && wrong.words.contains("is a replica"), "\(wrong.words)")
      standby.kill()
    }

    @Test(needs("mariadbd", "mariadb-install-db"), user("mysql")) func mariadbHealthySickAndHung() async throws {
      let folder = try ServerFolder()
      let port = try freePort()
      let data = folder.path("data")
      try give(folder, to: "mysql")
      try run(
        ["mariadb-install-db", "--no-defaults", "--datadir=\(data)", "--skip-test-db", "--skip-name-resolve"],
        as: "mysql",
        in: folder)
      let server = try RealServer(
        [
          "mariadbd", "--no-defaults", "--datadir=\(data)", "--port=\(port)", "--socket=\(folder.path("s.sock"))",
          "--bind-address=127.0.0.1", "--pid-file=\(folder.path("pid"))", "--max-connections=10",
        ], in: folder, user: "mysql")
      let question = ProbeQuestion.mysql(MySQLQuestion(endpoint: local(port)))
      let healthy = await eventually(question, success: true, seconds: 60)
      // As for mysqladmin ping, a refused user has been answered.
      #expect(healthy.words.contains("Access denied for user 'martlet'"), "\(healthy.words)")
      #expect(await ask(.mysql(MySQLQuestion(endpoint: .path(folder.path("s.sock"))))).isSuccess)
      // Far more runs than max_connect_errors do not shut this host out.
      for _ in 0..<150 { #expect(await ask(question).isSuccess) }

      var held: [any NIOCore.Channel] = []
      for _ in 0..<11 {
        held.append(
          try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(
            host: "127.0.0.1", port: Int(port)
          ).get())
      }
      let sick = await eventually(question, success: false)
      #expect(sick.words.contains("1040 Too many connections"), "\(sick.words)")
      for channel in held { try? await channel.close() }
      _ = await eventually(question, success: true)

      try server.hang()
      let hung = await ask(question, timeout: .seconds(2))
      #expect(!hung.isSuccess && hung.words.hasSuffix("no answer within 2 s"), "\(hung.words)")
      server.kill()
      await expectRefusal(question)
    }
  }
}
