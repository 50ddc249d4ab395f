import ControlModel
import Testing

@Suite struct SupervisorOptionsTests {
  private static let usual = SupervisorOptions(configurationPath: "/etc/keepalived/keepalived.conf")

  private static let full: SupervisorOptions = {
    var options = SupervisorOptions(
      configurationPath: "/etc/a=b c.conf", configurationID: "left", runtimeDirectory: "/run/other", logFormat: .json)
    options.pidFile = "/run/a.pid"
    options.furtherPIDFiles = ["/run/b.pid", "/run/c.pid"]
    options.logFile = "/var/log/martlet"
    options.requiresIncludes = true
    options.scriptMask = 0o022
    options.reportsReadiness = true
    options.user = "someone"
    options.program = "martlet 9, in the place of keepalived,"
    options.commandLine = .keepalived
    options.notes = [LogLine(.warning, "-x has no effect"), LogLine(.info, "")]
    return options
  }()

  @Test("What the command line hands over comes back, whatever is set", arguments: [usual, full])
  func comesBack(options: SupervisorOptions) {
    #expect(SupervisorOptions(entries: options.entries) == options)
  }

  @Test("Each option is handed over")
  func isWhole() {
    let changed = zip(Mirror(reflecting: Self.full).children, Mirror(reflecting: Self.usual).children)
      .filter { "\($0.value)" != "\($1.value)" }
    #expect(changed.count == Mirror(reflecting: Self.full).children.count, "an option has its default in the test")
  }

  @Test("Options of another release are refused, and those that do not say of which they are")
  func refusesOtherReleases() {
    let entries = Self.usual.entries
    #expect(SupervisorOptions(entries: Array(entries.dropFirst())) == nil)
    #expect(SupervisorOptions(entries: ["release=0.0.0"] + entries.dropFirst()) == nil)
  }

  @Test(
    "Options that say something wrong are refused",
    arguments: [
      ["configuration=/a", "colour=red"], ["configuration"],
      ["configuration=/a", "log-format=xml"], ["configuration=/a", "script-mask=many"],
      ["configuration=/a", "note=text"],
      ["configuration=/a", "reports-readiness=no"], ["user=root"], [],
    ])
  func refuses(entries: [String]) {
    #expect(SupervisorOptions(entries: Self.usual.entries.prefix(1) + entries) == nil)
  }
}
