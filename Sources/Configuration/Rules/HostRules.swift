import ConfigurationModel
import ConfigurationSyntax

extension Rule {
  /// Rules that compare a configuration with this host.
  static let hosts: [Rule] = [
    Rule(
      "interface-absent", .host, .error, "The host does not have an interface that is named",
      "The service does not start without it (exit code 3), and a reload is refused, so it is an error, unless dynamic_interfaces is written: then its routers wait for it in FAULT. It is not an error where a rule or delays wait: a rule and a garp_group wait for their interface, with which keepalived would not start; interface_up_down_delays waits for it too, and keepalived would ignore the delays. martlet check looks at this host when one file is checked; --no-host turns that off, for a file of another host."
    ),
    Rule(
      "kernel-setting", .host, .warning, "A setting of the kernel keeps an address from answering",
      "The addresses would be held and nobody would reach them. Interfaces that martlet makes (use_vmac) it sets up itself, by netlink: rp_filter to 2, arp_filter to 0, arp_ignore to 1. What stands under all, or under an interface that martlet did not make, is the host's: arp_ignore above 3 answers for no address, 2 for none that is alone in its network; arp_filter under all silences virtual MAC addresses; disable_ipv6 has the kernel refuse every IPv6 address. The service says the same in its log when it starts."
    ),
    Rule(
      "source-absent", .host, .warning, "A router has no address to send its adverts from",
      "It is in FAULT until there is one. Adverts leave from unicast_src_ip or mcast_src_ip, else from the first address of the interface that is not a floating one (for IPv6 multicast: the link-local one). An address that a router of the file claims is none: it goes with the role, and the other host would send from it too."
    ),
    Rule(
      "unknown-user", .host, .error, "The host does not have the user or group that is to run a script",
      "The script would not be run. For a check that is tracked it is an error, since it could never pass; keepalived removes such a check, so that nothing is tracked."
    ),
    Rule(
      "bad-certificate", .host, .error, "A file that is to hold a certificate or a key does not",
      "The probe could never pass, so it is refused before it takes an address away. Certificates and keys are read in PEM form."
    ),
    Rule(
      "script-missing", .host, .warning, "A script does not exist",
      "A script that is run on a transition would fail. A check that has never found its script does not count, as with keepalived; martlet looks again at each interval and counts it from when it is there. It is not an error, since it may come with a mount or a package."
    ),
    Rule(
      "script-search", .host, .note, "A program is looked for in the search path",
      "keepalived warns of that too, and searches the path that it was started with; martlet has one of its own."),
    Rule(
      "script-relative", .host, .warning, "A script's path does not begin with /",
      "Where it is looked for depends on where the service was started. martlet starts scripts in /."),
    Rule(
      "script-interpreter", .host, .warning, "The interpreter that a script names in its first line does not exist",
      "The kernel cannot run the script (ENOENT). martlet says so and counts such a check as not run. keepalived does not look at it, and a check that cannot be started passes each time."
    ),
    Rule(
      "script-first-line", .host, .warning, "The first line of a script keeps the kernel from running it",
      "A script is run by the interpreter that follows #! at its very beginning. The kernel runs no empty file and no text without #! (ENOEXEC), and of a line that ends in a carriage return it looks for an interpreter with that in its name (ENOENT). A shell at a terminal would read such a file itself, so that it seems to work. martlet says that it cannot run it, and what tracks the check does without it. keepalived starts it, notices nothing, and takes each run for a success."
    ),
    Rule(
      "default-user", .host, .warning, "There is nobody to run scripts as under enable_script_security",
      "Without script_user keepalived wants a user keepalived_script there, and takes away every check and leaves out every script that names no user of its own."
    ),
    Rule(
      "bad-fifo", .host, .warning, "A FIFO for notifications could not be made or opened",
      "Its path or its owner is wrong. The service runs without it, as keepalived does."),
    Rule("script-not-regular", .host, .warning, "A script is not a regular file", "It would fail whenever it is run."),
    Rule(
      "script-not-executable", .host, .warning, "A script may not be run by whom it is to run as",
      "It would fail whenever it is run. chmod +x lets it be run, and each directory on the way needs that right too."),
    Rule(
      "script-writable", .host, .warning, "Others can change a script",
      "Who can change a script that root runs, or a directory on the way to it, is root. Under enable_script_security it is not run, and what tracks it does without, as under keepalived; its interpreter is only warned of, since keepalived does not look at it. It must belong to root and be writable by nobody else; or name a script_user."
    ),
    Rule(
      "world-readable-secret", .host, .warning, "Everybody on the host can read a password",
      "The file that holds auth_pass is readable by others. chmod o-r, and a group for the service, keep it to those who need it."
    ),
  ]
}
