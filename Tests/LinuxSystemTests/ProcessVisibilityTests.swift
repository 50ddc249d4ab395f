import Testing

@testable import LinuxSystem

@Suite struct ProcessVisibilityTests {
  private static func table(_ options: String, device: String = "0:25", point: String = "/proc") -> String {
    """
    21 28 0:20 / /sys rw,nosuid - sysfs sysfs rw
    22 28 \(device) / \(point) rw,nosuid,nodev shared:12 master:1 - proc proc rw,\(options)

    """
  }

  @Test(
    "What hides processes is the mount of /proc, and a group may be let in",
    arguments: [
      (table("relatime"), [65534], nil), (table("hidepid=0"), [65534], nil), (table("hidepid=off"), [65534], nil),
      (table("hidepid=invisible"), [65534], "invisible"), (table("hidepid=2"), [65534], "2"),
      (table("gid=4,hidepid=noaccess"), [65534], "noaccess"), (table("gid=4,hidepid=2"), [65534, 4], nil),
      // The group of root is let in unless another is named, but not under ptraceable.
      (table("hidepid=2"), [0], nil), (table("hidepid=ptraceable"), [0], "ptraceable"), (table("hidepid=4"), [0], "4"),
      // Another file system at that place, which lies below, and the same at another.
      (table("hidepid=2", device: "0:99"), [65534], nil), (table("hidepid=2", point: "/srv/proc"), [65534], nil),
      (table("hidepid=2") + table("hidepid=0"), [65534], nil), ("", [65534], nil),
    ] as [(String, Set<UInt32>, String?)])
  func hiding(table: String, groups: Set<UInt32>, mode: String?) {
    #expect(ProcessVisibility.hiding(table: table, device: "0:25", groups: groups) == mode)
  }
}
