# What pages say in English. A key is a place, not a sentence; the other catalogue has the same keys.

## The frame
skip = Skip to the content
bar-name = Cuts in force
bar-in-force = { $n ->
    [0] No cut in force
    [1] 1 cut in force
   *[other] { $n } cuts in force
}
bar-coming = · { $n } on the way
bar-next-end = · next end
bar-ways = What to do with cuts in force
bar-show = Show it
bar-lift-all = Lift all…
ways = Pages
way-situation = Situation
way-cases = Cases
way-findings = Findings
way-notices = Notices
way-sensors = Sensors
way-audit = Audit
way-goals = Goals
way-set-up = Set-up
way-public = What the public sees
search = Search
search-hint = address, name, case, member   /
sign-in = Sign in
switch-zone = Change the time zone
switch-language = 言語を変える
switch-colours = Change the colours
colours-system = Auto
colours-light = Light
colours-dark = Dark
footer-coordinator = The coordinator's window:
footer-member = A member's window:
footer-as-of = as of { $at }
footer-keys = shows the keys
time-left = (in { $span })
time-over = (over)

## Situation
situation-title = Situation
