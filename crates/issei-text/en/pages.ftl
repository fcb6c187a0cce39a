# What pages say in English. A key is a place, not a sentence; the other catalogue has the same keys.

## The frame
skip = Skip to the content
bar-name = Cuts in force
bar-unknown = This office does not answer: what is in force is not known here
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
keys-title = Keys
keys-list = s situation · c cases · r reflexes · f findings · a audit · g goals · l lift all · / search · ? this list
close = Close
time-left = (in { $span })
time-over = (over)

## Situation
situation-title = Situation

## Cases and orders
cases-title = Cases
cases-all = All cases
cases-none = There is no case.
cases-none-next = A case begins with a goal that members found: see Findings, or `issei case findings`.
case-open = Open a case
case-name = Name of the case
case-goal = What it is about: an address, a service, a name
case-unknown = There is no such case
order-unknown = There is no such order
order-forged = The office sent another order under this name. Sign nothing, and find out who changed it.
order-name = order
other-orders = Other orders of this case
column-case = Case
column-state = State
column-goals = Goals
column-next = Next step
column-member = Member
column-rule = Rule
column-kinds = Independent kinds
column-until = Seen until
column-commitment = Commitment
column-lines = Lines
column-offset = From T
column-measured = As measured
column-order = Order
column-deed = What is done
column-about = About
column-by = Until
column-goal = Goal
column-level = How sure
column-findings = Findings
column-members = Members
column-what = What
column-count = Count
column-root = Root
column-witnesses = Witnesses
column-proposed = Proposed
column-two = Two people
column-confirmed = Confirmed
column-goal-of = Goal
column-target = Target
column-now = Last 30 days
column-before = 30 days before
column-kept = Kept
column-per-lines = per 100,000 lines
column-row = Row
column-mark = Sources
column-limit = At most
column-on = On
column-person = Person
column-role = Role
column-key = Key
column-from = From
table-shortened = The first { $n } of { $all }; the API has them all.
next = Next:
next-sign = read the text and sign it; two people of two organisations have to
next-arm = let it go: everybody has approved, and it is held
next-wait-prepared = wait until enough members have staged the rules
next-wait-canary = wait until the canary has been watched
next-watch = watch it; it ends by itself
next-confirm = see what it does, then confirm that it goes on; else it ends by itself. An approver who did not propose it can
next-refused = a gate of this member said no; read why, and tell the coordinator if it is wrong
next-renew-or-close = close the case, or gather fresh evidence for a renewal
next-nothing = nothing
next-ask = ask the members how many lines would be hit
next-assess = sum the answers
next-propose = choose the ground and draft the order
steps = From evidence to end
state-done = done
state-now = now
state-later = later
state-no = no
step-evidence = Evidence
step-evidence-sum = { $findings ->
    [one] 1 finding
   *[other] { $findings } findings
} of { $members ->
    [one] 1 member
   *[other] { $members } members
}
step-evidence-forgeable = { $n } of them could be forged from outside
step-evidence-newest = the newest of { $at }
step-ground = Ground
step-ground-unknown = row { $row } of a pack that this program does not have
step-ground-refused = a rule said no; see beside
step-ground-choose = a person chooses the ground and states its facts
step-ground-later = after the radius is measured
step-approvals = Approvals
step-approvals-later = after an order is drafted
step-approvals-sum = { $people ->
    [one] 1 person
   *[other] { $people } people
} of { $organisations ->
    [one] 1 organisation
   *[other] { $organisations } organisations
}
step-awaits-named = waits for { $person }, whom the order names
step-awaits-more = { $n ->
    [one] waits for 1 more person
   *[other] waits for { $n } more people
}
step-awaits-more-other = { $n ->
    [one] waits for 1 more person, not of { $organisation }
   *[other] waits for { $n } more people, one of them not of { $organisation }
}
step-awaits-other = waits for somebody not of { $organisation }
step-approvals-by = { $person }, { $at }
step-radius = Radius
step-radius-sum = at most { $lines } lines beside { $suspected } suspected
step-radius-unknown = { $n ->
    [one] 1 member did not answer
   *[other] { $n } members did not answer
}
step-radius-answered = { $n ->
    [one] 1 member answered
   *[other] { $n } members answered
}
step-radius-ask = nobody was asked yet
step-fire = Fire
step-fire-later = after the approvals
step-fire-held = held until a person lets it go
step-fire-ready = { $n } of { $all } members have staged the rules or said why not
step-fire-canary = the canary has fired and is watched
step-fire-refused = this member takes no part
step-fire-t = T { $at }
step-fire-never = it came in force nowhere
step-fire-armed = everybody prepared fires at T
step-fire-sum = in force at { $n } of { $all } members, as read back
step-fire-spread = first to last { $span }
step-effect = Effect
step-effect-later = after T
step-effect-unmeasured = no member has told what it measured yet
step-effect-harm = ordinary traffic suffers at a member
step-end = End
step-end-later = every order has one
step-end-by-itself = by itself at { $at }; a renewal needs fresh evidence and approvals
step-end-unless = by itself at { $at }, unless an approver confirms it
step-end-unconfirmed = ended { $at }: nobody confirmed it in time
step-end-over = ended { $at }
step-end-recalled = recalled { $at }
passing-title = What still gets through
passing-what = Packets that come back from the goal, by member and second. Dashed: what would have come back without the cut, reckoned from what lines go on sending and the share that was answered before T (estimate).
passing-none = No member shows what passes.
passing-none-next = At each member, name the office's folder as `office` in the `[watch]` section of what `issei collect` reads.
passing-silent = Nothing is told by: { $members }. Members with fewer than five such lines tell nothing.
passing-lost = { $n } records found no room or came too late, and are not in the picture.
raster-title = Line by line
raster-what = A row is a line, which nobody names here; a mark is an answer it got. Red: an answer although the cut was in force.
strip-title = All at once
strip-of = when the rules of each member were read back as acting
strip-median = median from T
strip-spread = first to last
strip-members = members
chart-table = The same as a table
strip-lifted = lifted
countdown-title = Towards T
countdown-none = There is no T yet; if there is none by { $at }, the order ends without a cut.
sign-title = Read and sign
sign-exactly = Exactly these words are signed. Another language is another text.
sign-with = This browser's key:
sign-no-script = needs script
sign-read = I have read it, and I approve.
sign-do = Sign
sign-elsewhere = Sign with a key file or an agent instead
sign-unreadable = The signature could not be read; load the page again and sign anew.
signed-title = What was signed
confirm-title = Confirmation
confirm-later = Once the first has fired, an approver who did not propose it has { $span } to confirm it; else it ends by itself.
confirm-unless = It ends by itself at { $at } unless confirmed; then at { $end }.
confirm-done = { $person } confirmed it, { $at }; it ends at { $end }.
confirm-over = It has ended; nobody confirmed it.
confirm-read = I have seen what it does, and it goes on.
confirm-do = Confirm
confirm-not-you = An approver confirms it; you are here for something else.
confirm-not-proposer = You proposed it, so another approver confirms it.
radius-title = Radius and doubt
radius-none = Nobody has been asked how many lines would be hit.
radius-none-next = Ask the members, then sum their answers.
radius-beside = other lines, at most
radius-suspected = suspected lines
radius-unanswered = members without an answer
doubt-title = What nobody knows
doubt-silent = { $member } did not answer: its lines are not in the sum
doubt-days = { $member } remembers { $days } days only
doubt-by-address = who asked the name and contacted none of its addresses is not counted ({ $hint })
doubt-shared = others may share the goal: { $hint }
doubt-none = nothing was named
contacts-title = Whose lines contact what
contacts-what = Suspected lines of each member with contact to each goal, as members answered. Fewer than { $k } are told as the most they can be. Red: the order acts elsewhere, and not at this member.
stood-for-title = What the names stood for
evidence-title = Evidence
evidence-none = There is no evidence.
evidence-none-next = Members tell what they found with `issei case report`.
forgeable = forgeable
members-title = Members
member-not-asked = not asked yet
canary = canary
stage-open = gathering
stage-assessed = radius measured
stage-proposed = proposed
stage-cleared = cleared
stage-closed = closed
stands-draft = waits for approvals
stands-held = held
stands-preparing = members prepare
stands-canary = canary
stands-armed = T is set
stands-in-force = in force
stands-refused = refused here
stands-ended = ended
station-preparing = preparing
station-staged = staged
station-armed = armed
station-unread = not read back
station-in-force = in force
station-harm = in force, harm
station-refused = refused
station-left = left
station-lifted = lifted
deed-refuse-name = refuse the name
deed-drop = drop
deed-limit = limit to { $n } packets/s:
deed-redirect = redirect
objection-legal = legal
objection-collateral = would hit others
objection-capacity = no room in the devices
objection-technical = technical
objection-customer = a customer's wish
refused-by = Refused by rule `{ $rule }`:
refused-broken = Refused, for gate `{ $rule }` broke:

## What is done
not-done = Not done
back = Back
why = Why
choose-why = Choose why.
arm-do = Let it go
retract-do = Take the draft back
withdraw = Lift it now…
withdraw-do = Lift it everywhere
harm-do = Ordinary traffic suffers
leave = Leave…
leave-do = Take this member out
case-doing = What can be done
case-question = Ask the members
case-assess = Sum the answers
case-propose = Draft an order
case-reopen = Gather for a renewal
case-close = Close the case
closing-ended = what it was for has ended
closing-harmless = the target does no harm
closing-owner-acted = the owner acted
closing-duplicate = another case covers it
ending-by-person = a person withdraws it
ending-no-effect = it did not help
ending-safeguarded = it hits what must not be cut
lift-title = Lift all
lift-everywhere = Every order and every standing order ends at every member at once, and none of them comes back.
lift-here = Everything is lifted at this member, without the network, and it takes no part until a person here resumes.
lift-nothing = Nothing is in force or on the way.
lift-do = Lift all now
resume-means = This member is stopped. After resuming it judges new orders again; what was lifted stays lifted.
resume-do = Resume
propose-title = Draft an order
propose-ground = Choose the ground
propose-ground-how = Each row names what it allows, for how long, and how sure its sources are.
propose-off = off as shipped
propose-mark = Its sources:
propose-other = Choose another
propose-facts = What you state
propose-no-facts = This row requires no facts.
propose-confirmed = Who confirms it, a second person
propose-two = a second person confirms
propose-choose = choose
propose-how = How it fires and ends
propose-lasts = It lasts so many minutes, at most { $most }
propose-within = It fires within so many minutes, or never
propose-confirm = An approver confirms it within so many minutes after the first fires, or it ends by itself; at least { $least }. Empty: as the office has it
propose-confirm-field = minutes to confirm it
propose-quorum = Share of the lines that must be prepared, in percent
propose-clock = Greatest clock error of a member, in milliseconds
propose-canary = Who fires first and is watched
propose-hold = hold it after the last approval
propose-do = Draft it
propose-mixed = The case has names and addresses, and one order does one thing; open a case for each.
field-number = A whole number is wanted: { $field }
field-person = `{ $typed }` is no person; write name@organisation
field-fact = This is missing or of another kind: { $field }
yes = yes
no = no

## Situation
office-silent = The office does not answer. It may be ending; look at its diary.
office-members = { $n } of { $all } members listen
office-connected = connected to the coordinator
office-alone = not connected to the coordinator
office-stopped = The kill switch is on: this member takes no part.
log-current = the log is read and witnessed to its end
log-behind = the log is not witnessed to its end
clock-error = clock within { $span }
needs-title = Needs you now
needs-order = by deadline
needs-none = Nothing waits for you.
needs-none-next = Findings of members come in by themselves; open a case from one.
needs-none-member = Orders come from the coordinator by themselves.
need-alarm = This office
need-charter-about = Charter
need-charter = compare { $digest }… with the coordinator by voice, and accept it
need-unread = { $member } should have fired and was not read back: ask its desk
need-harm = { $member } says that ordinary traffic suffers: decide whether to lift
need-review = look again whether it was right, as row { $row } asks
at-once = now
orders-title = Orders
orders-none = There has been no order.
orders-none-next = An order is drafted in a case whose radius is measured.
providers-title = Members
providers-none = No member has joined.
providers-none-next = Invite one with `issei enrol invite`.
providers-note = Findings are those that name a command server; hijacked lines stay at their member.
attack-title = What still gets through
attack-none = No cut is in force, or no member shows what passes.
attack-next = Once an order acts, its members' collectors show here what still comes back from its goal.

## Findings
findings-title = Findings
findings-sum = { $findings } findings about { $goals } goals
findings-filter = Only goals with
filter-do = Look
findings-none = Nothing to show.
findings-none-next = Members tell with `issei case report`, from what `issei analyze` or `issei collect` found.
findings-filtered-next = No goal has this in its name; look without it.
own-sum = { $n } findings of this member's own collector, newest first. Each look is written down.
own-reading = { $n } bytes of the file are not read yet; look again in a moment.
own-odd = { $n } lines of the file are no findings.
own-filter = Only with this in name, address, rule or level
own-who = Who
own-deed = Does what
own-evidence = Evidence
own-newest = Newest
own-unconnected = No collector is connected to this window.
own-unconnected-next = Name the file that `issei collect` writes as `findings` in settings.toml, and start the office again. `issei see` shows it in a terminal.
own-unread = The findings cannot be read: { $why }
own-unread-next = Look whether the office may read the file, and whether it is there.
own-none-next = Nothing was found yet. `issei collect` writes findings as it judges.
own-none-here-next = No finding has this in it; look without it.
own-unknown = There is no finding { $name } here; it may have been deleted, as its time was over.
own-all-about = All findings about { $subject }
own-fan = Whom it tried to reach
own-fan-what = Of the records that were kept as evidence, not of all traffic.
own-first = First
level-measure = a figure
level-context = context only
level-candidate = candidate
level-finding = finding
more-pages = More pages
page-before = ← before
page-after = after →

## Audit
audit-title = Audit
audit-whole = Every cut has ground, two approvals, radius and end: { $n } of { $all }
audit-log = The log
audit-entries = Entries
audit-members = Witnesses
audit-key = The log's key:
audit-checkpoints = Checkpoints
audit-no-log = The office told nothing of the log.
audit-no-log-next = Look whether it runs: `issei status`.
audit-no-checkpoints = No checkpoint is kept here.
audit-no-checkpoints-next = The coordinator shows them; a member verifies and cosigns each.
audit-verify = Check it yourself
audit-cuts = Cuts
audit-no-cuts = No order has left.
audit-no-cuts-next = Drafts are not cuts; see Cases.
audit-counts = What was refused or lost
audit-no-counts = Nothing was.

## Looks
looks-title = Who looked at what
looks-link = Who looked at findings and lines
looks-sum = { $n ->
    [0] Nobody has looked at findings or lines.
    [one] 1 look at findings or lines, written down before it was shown
   *[other] { $n } looks at findings or lines, each written down before it was shown
}
looks-filter = Only looks with
looks-none = Nothing to show.
looks-none-next = The first look at findings will stand here.
looks-none-here-next = No look has this in its line; look without it, or further back.
looks-machine = a machine
looks-odd = { $n ->
    [one] 1 line here could not be read; compare `looks.jsonl` in the office's folder.
   *[other] { $n } lines here could not be read; compare `looks.jsonl` in the office's folder.
}
looks-newest = ← newest
looks-older = older →
looks-programs = The same for programs:
looks-unread = The record of looks cannot be read: { $why }
looks-unread-next = Look at `looks.jsonl` in the office's folder.
column-when = When
column-who = Who
column-looked-at = Looked at

## Goals
goals-title = Goals
goals-period = Over the last 30 days; only what members reported counts.
goals-records = The records behind these figures
goals-more = Not connected
goals-unconnected = Hijacked devices, owners who acted, wrong cuts: these come from notices and the effect on later traffic.
goals-unconnected-next = Nothing brings them yet, so no figure is shown.
goal-spread = All at once: first to last, 99 %
goal-to-force = Last approval to T, half of the orders
goal-reached = Lines that were reached
goal-whole = Cuts with ground, approvals, radius and end
goal-was = before: { $what }
goal-at-most = at most { $what }
goal-at-least = at least { $what }
goal-all = all of them
kept = kept
not-kept = not kept
not-measured = not measured

## Not connected yet
notices-title = Notices
notices-none = No letters are connected to this window.
notices-next = Which lines to write to is shown by `issei see` at the member; only the member knows its subscribers.
sensors-title = Sensors
sensors-none = No collector tells this office who sends records.
sensors-next = Run `issei collect` beside the office and name the office's folder as `office` in the `[watch]` section of what it reads.
sensors-at-members = Members have their own: their pages show who sends records to their collectors.
sensors-old = The collector has not told anything for a while; it may have ended. As of
sensors-datagrams = datagrams or packets taken
sensors-dropped = dropped by the kernel
sensors-problems = not read
sensors-since = Since
sensors-name = Exporter
sensors-domain = Domain
sensors-sampling = Sampling rate
sensors-records = Records
sensors-rate = a second
sensors-lost = Lost
sensors-last = Last
sampling-announced = the exporter says it
sampling-configured = the configuration says it
sampling-complete = every packet is seen
sampling-unknown = nobody says it

## Set-up
set-up-title = Set-up
set-up-none = The office told nothing of who takes part.
charter-title = Charter
charter-pinned = This office goes by
charter-offered = Offered:
charter-read-aloud = I compared it with the coordinator by voice.
charter-accept = Accept it
charter-none = No charter was named.
ceilings-title = Ceilings
ceiling-order = lines of one order
ceiling-day = lines of a day's orders
ceiling-people = people that every order needs
ceilings-note = Anybody may lower them in the settings; two people raise them with `issei enrol ceiling`.
lists-title = What is never cut
lists-sum = { $n } entries, digest
lists-note = What becomes safeguarded while it is cut is lifted everywhere at once.
lists-reload = Read lists and settings again
devices-title = Devices
devices-rehearsed = Rehearsed: rules go to a table in the office's folder, and nothing is cut.
devices-rehearsed-next = Set up an enforcer to have real devices take them; docs/enforcing.md tells how.
devices-silent = The enforcer cannot be asked:
devices-stopped = The devices are stopped: nothing is let in until somebody resumes.
device-well = well when it was looked at last
column-device = Device
devices-orders = orders that they hold
devices-lead = before T the slowest begins
devices-reflexes = rules of reflexes, and their room
devices-sentinels = Cut along with every order, to measure it:
devices-counts = What was refused, lost or repaired
grounds-pack = The pack that orders here rest on:
lists-change = Look at them, add a list, let go what vanished
lists-counting = entries that count
lists-own = own entries among them
lists-vanished = vanished, and still counting
vanished-none = Nothing vanished from the own list.
vanished-none-next = What somebody takes out of the file goes on counting until a person lets it go here.
vanished-what = These stand in the own list no more. They protect until you let them go.
vanished-read = I have read them, and they may be cut from now on.
vanished-do = Let go
list-title = Add a list
list-not-you = An operator who has shown a key of the charter adds lists.
list-long = A list of more than 200,000 characters is imported at the machine:
list-kind = Kind
list-source = List
list-text = One address, prefix or name a line, with why behind #; or a MISP warning list
list-unreadable = The list is empty, too long, or of no kind; fill in the form again.
list-weigh = Show what it would change
list-means = What this list would change
list-new = new entries
list-known = known already
list-refused = lines that are no address, prefix or name
list-staying = that its keeper no longer names, and that stay
list-ends = Orders that end by it
list-ends-none = No order that lives meets it.
list-ends-some = { $n ->
    [one] 1 order ends as soon as you add it.
   *[other] { $n } orders end as soon as you add it.
}
list-met-by = Met by
list-place = What
list-more = and { $n } more
list-take = Add exactly this
people-title = People and their keys
people-none = Nobody may sign.
people-none-next = Enter people with `issei enrol person`.
role-approver = approves
role-proposer = proposes and withdraws
grounds-title = Grounds
never-cut = never a cut

## Search
search-for = Search: { $word }
search-none = Nothing was found.
search-none-next = Try a part of an address, a name, a case or a member.
search-findings = { $n ->
    [one] 1 finding
   *[other] { $n } findings
}

## What the public sees
public-title = What is cut, and how to check it
public-lead = Nothing is cut without evidence, law, approval and a limit. What is cut comes back by itself. Anyone may check it afterwards.
public-acting = cuts in force
public-all = cuts so far
public-whole = with ground, two approvals, radius and end
public-check = Check it yourself
public-check-how = The log of all decisions can be verified from files alone, with issei or with any program that reads the C2SP formats.
public-checkpoint = The newest checkpoint has { $size } entries and { $n } signatures; its root:
public-as-of = As of
public-object = If you are cut and should not be
public-object-how = Tell your provider, or write here. A provider can leave an order at once, and the coordinator can end it everywhere.

## The door
forbidden-title = Not for you
forbidden-roles = One of these roles is needed; an operator gives them:
forbidden-unproven = You came with a link alone. Prove first that a key of yours in the charter is at hand.
role-viewer = viewer
role-analyst = analyst
role-abuse-desk = abuse desk
role-of-approver = approver
role-operator = operator
role-auditor = auditor
not-found = There is no such page
sign-in-how = Come with the one-time link that an operator of this window gave you. There is no password.
sign-in-lost = Lost it? An operator makes a new one under Set-up; on the machine itself: `issei window invite`.
first-title = Welcome
first-hello = This link is for { $person }
first-once = It works once. Use it in the browser in which you will work.
first-do = Come in
first-spent = This link is used up, or its time is over
first-spent-next = Ask an operator of this window for another.
door-full = There are as many as there may be; end some first.
door-unkept = It could not be kept ({ $why }), so it was not done.
me-title = Me
me-roles = What you are here for
me-unproven = You came with a link alone: you may look and lift. To sign, draft or set up, prove that your key in the charter is at hand.
me-keys = Your keys
me-keys-how = An approval is signed with your own key. It is made in this browser and cannot be taken out of it; an operator enters it into the charter after comparing it with you by voice.
me-no-key = No key of yours stands in the charter.
me-browser-key = the key of this browser
me-want-key = Ask to have it entered
me-waits = Waits for an operator:
key-unreadable = A key is 64 hexadecimal digits.
sign-out = Sign out
until = until
people-of-window = People and tokens
people-who = Who
people-invite = Make a link
people-link = Give this link to { $person }, and nobody else. It works once, for a day.
keys-wanted = Keys that people ask to have entered
keys-none-wanted = None waits.
keys-asked = { $person } asked at { $at }; compare the key by voice:
keys-enter = Enter it as an approver's
keys-forget = Turn it down
tokens-title = Tokens of machines
tokens-name = Name: lower-case letters, digits, dashes
tokens-days = Days that it lasts, 1 to 365
tokens-make = Make a token
tokens-once = This token is shown once. It is worth no more than your own roles.
tokens-end = End it
refused-earlier = { $n ->
    [one] 1 earlier refusal
   *[other] { $n } earlier refusals
}
sign-not-you = Who approves signs it; you are here for something else.
me-prove = Prove it with the key of this browser
me-no-proof = This key is not one of yours in the charter, has ended, or did not sign this session.

## Appeals from outside
appeal-about = What you cannot reach: an address, a name or a web address
appeal-words = What is wrong
appeal-reach = How to reach you, if you wish
appeal-kept = People of this office read it. It is kept until 90 days after it was answered, and shown to nobody else.
appeal-send = Send
appeal-reference = Reference
appeal-look = Look for the answer
appeal-taken = It was taken
appeal-taken-reference = Write this reference down: under it you find the answer here, and nobody can send it to you again.
appeal-not-taken = It was not taken
appeal-unknown = There is nothing under this reference
appeal-unknown-next = Check it letter by letter. An answer is kept for 90 days.
appeal-title-one = What you wrote to us
appeal-came = It came
appeal-waits = Nobody has answered yet.
appeal-answered = Answered
appeals-title = Appeals from outside
appeals-none = Nobody has written.
appeals-none-next = People outside write at the public page; its address may be published.
appeal-reach-is = Reached by:
appeal-orders = In force on it then:
appeal-answer = Answer
appeal-answer-do = Answer it
appeal-whose = An answer has a name: sign in.
need-appeals = answer { $n } from outside
appeals-link = Appeals from outside

## Passkeys
passkey-sign-in-title = With a passkey
passkey-sign-in-how = If you have added a passkey under Me, come with it.
passkey-sign-in-do = Sign in with a passkey
passkey-needs-script = A passkey needs script in this browser. Without it, come with a one-time link.
passkey-no-name = No passkeys here: they are bound to the name of a window under TLS, or to http://localhost. An operator sets window_origin.
passkey-browser-no = The browser gave no passkey: it was cancelled, took too long, or there is none for this name.
passkey-title = Your passkeys
passkey-how = With a passkey you sign in again without a link. It is worth what your session is now: add it after proving your key, and it opens proven sessions. It signs no order; that stays with your key in the charter.
passkey-none = You have none.
passkey-nameless = without a name
passkey-made = added
passkey-used = last used
passkey-proven = opens proven sessions
passkey-unproven = opens what a link opens
passkey-doubted = Its counter went back at { $at }: there may be a copy. It opens nothing any more. Remove it; if you did not do this, tell an operator.
passkey-remove = Remove
passkey-name = Name of the device
passkey-add = Add a passkey
passkey-stale = This request is used up or too old. Load the page and try again.
passkey-unverified = The passkey did not verify you. Use one that asks for a PIN, a fingerprint or your face.
passkey-algorithm = This kind of key is not taken: ES256 and Ed25519 are.
passkey-twice = This passkey is there already.
passkey-counter = This passkey's counter went back: there may be a copy of it. It opens nothing any more. Come with a one-time link and remove it.
passkey-unknown = This passkey opens nothing here. Come with a one-time link.
passkey-wrong = What the browser sent is not right for this window. Load the page and try again.
people-end = Remove
people-not-self = Nobody removes himself; another operator does.

## Accounts of a provider
account-sign-in-title = With an account
account-sign-in-how = If you have bound your account of { $name } under Me, come by it.
account-sign-in-do = Sign in with { $name }
account-title = Your accounts
account-how = By an account that you bind you sign in again without a link. It is worth what your session is now: bind it after proving your key, and it opens proven sessions. It signs no order.
account-none = You have bound none.
account-bound = bound
account-used = last used
account-proven = opens proven sessions
account-unproven = opens what a link opens
account-bind = Bind an account of { $name }
account-remove = Remove
account-away = On to the provider
account-came = You are signed in
account-is-bound = The account is bound
account-on = Go on
account-no-provider = People do not come by accounts here: no provider is set. Come with a one-time link or a passkey. An operator sets one in settings.toml, under [oidc].
account-other-site = Another site sent you here. Open this window's sign-in page yourself.
account-strange = What the provider sent back is not right for this window. Go back to the sign-in page and try again.
account-stale = This way is used up, too old, or was begun in another browser. Go back to the sign-in page and try again.
account-denied = The provider signed nobody in. Try again, or come with a one-time link or a passkey.
account-provider = The provider does not do its part: { $why }. Try again later; one-time links and passkeys work meanwhile.
account-token = What the provider says is not believed: { $why }. Come with a one-time link or a passkey, and tell an operator.
account-unbound = This account opens nothing here: nobody has bound it. Come with a one-time link or a passkey, then bind the account under Me.
account-bound-already = This account is bound already. An account belongs to one person; who has it removes it under Me, or an operator removes the person.
account-gone = The session in which you asked for this is over, or the account is not yours. Sign in and try again.
account-same-way = You came by an account. To bind another one, come with a one-time link or a passkey.

## The glossary
glossary-title = Glossary
glossary-word = Word
glossary-other = 日本語
glossary-meaning = Meaning

## Reflexes and standing orders
way-reflexes = Reflexes
reflexes-title = Reflexes
reflexes-lead = What a member does by itself within seconds, and no more than what people have signed in advance in a
reflexes-word = standing order
reflexes-column = Standing order
reflexes-now = What acts now
reflexes-standings = Standing orders
reflexes-elsewhere = This office has no reflexes: a member's own network does what is in its standing orders.
reflexes-stopped = Reflexes are stopped here: no trigger is acted on until a person lets this member take part again.
reflexes-behind = The log is not read to its end here, so no trigger is acted on. It goes on by itself once the coordinator is reached.
reflexes-nothing = Nothing acts.
reflexes-nothing-stopped = Reflexes are stopped. Resume them to let triggers act again.
reflexes-nothing-seen = A standing order is ready and no trigger was seen. The collector beside this office tells of triggers, and so does `issei reflex tell` at the machine.
reflexes-nothing-ready = No standing order is ready, so no trigger can be acted on. Draft one, or sign one that waits.
reflexes-told = Told to the ledger in { $n ->
        [one] { $n } batch.
       *[other] { $n } batches.
    }
reflexes-untold = { $n ->
        [one] { $n } activation is still to be told.
       *[other] { $n } activations are still to be told.
    }
reflexes-number = Activation
reflexes-began = Since
reflexes-there = On the device
reflexes-ends = Ends by itself
reflexes-under = Under
reflexes-after = after { $span }
reflexes-unseen = not seen there yet
reflexes-refused = Triggers that were not acted on since the start
reflexes-none = There is no standing order and no draft of one.
reflexes-none-next = Draft one here, or from a file with `issei reflex propose` at the machine; docs/operating.md tells how.
reflexes-none-there = A member drafts its own, at its own pages or with `issei reflex propose` at its machine.
reflexes-signed = Signed by
reflexes-unsigned = Nobody has signed it yet.
standing-title = Standing order { $id }
standing-unknown = There is no such standing order
standing-others = All standing orders
standing-forged = The office sent another standing order under this name. Sign nothing, and find out who changed it.
standing-nothing = Nothing acts under it.
standing-retract = Take it back…
standing-retract-means = The draft is gone, with its signatures. Nothing has acted under it.
standing-retract-do = Take the draft back
standing-withdraw = End it now…
standing-withdraw-means = It ends at once and never comes back. At its member, what acts under it is lifted, also while the coordinator cannot be reached.
standing-withdraw-do = End it
standing-withdraw-all = End all…
standing-all-here = Every standing order of this member ends at once and never comes back; what acts under them is lifted.
standing-all-everywhere = Every standing order of every member ends and never comes back; what acts under them is lifted.
standing-withdraw-all-do = End all of them
standing-ended-here = it has ended here. The log was not told: { $why }
standing-next-sign = read the text and sign it, or leave it
standing-next-others = others have to sign it
standing-next-leaving = wait until the log has it
standing-next-logged = its member judges it by itself; look there
standing-next-judging = wait until this member's own gates have answered
standing-next-ready = nothing: triggers are acted on; it ends by itself
standing-next-renew = it ends within a day; what is to go on is drafted and signed anew
standing-next-refused = a gate of this member said no; read why, and draft another
standing-next-ended = nothing: it has ended and does not come back
standing-until = How long it stands
standing-days = d
standing-stands = It stands from { $from } until { $until }.
standing-no-longer = Nothing makes it longer: what is to go on is drafted and signed anew.
standing-rules = What it lets the member do by itself
standing-trigger = Trigger
standing-deed = What is then done
standing-scope = Within
standing-lasts = Each time for
standing-at-once = At once, at most
standing-per-hour = Within an hour, at most
standing-ground = Lawful ground
standing-proposer = Proposed by
standing-never = What is never cut stays so: a trigger that touches it is refused.
standing-on-flood = a line of the scope floods a victim
standing-limits = its packets to that victim are limited to { $packets } a second
standing-on-request = { $operator } asks, with a signature of its people
standing-drops = packets to the destination it names within the scope are dropped
standing-on-forged = a line of the scope sends from addresses that are not its own
standing-drops-forged = those packets are dropped
standing-limits-short = { $span } each; { $once } at once, { $hour } an hour
standing-signatures = Signatures
standing-read-in = Read in
standing-english = English
standing-japanese = Japanese
standing-who = { $n } people sign it, one of them of { $member }. Who proposed it does not.
standing-confirmers = Who confirms its facts has to sign too: { $people }
standing-not-proposer = You proposed it, so others sign it.
standing-signed-before = You have signed it. It waits for others.
standing-draft-over = Its time is over, so nobody signs it any more. Draft another.
need-standing = read it and sign, or leave it: { $what }
need-standing-ends = it ends; if it is still needed, draft it anew for two people to sign: { $what }
standing-draft = Draft a standing order
standing-draft-how = Each row names a trigger that a standing order may rest on it for, and how sure its sources are.
standing-draft-signers = You propose it and cannot sign it. Two others do, one of them of this member; who confirms the facts is one of them.
standing-choose-flood = a line floods: limit it
standing-choose-request = a protected operator asks: drop
standing-choose-forged = forged sources: drop
standing-packets = Packets a second that still pass from a line to its victim
standing-operator = The protected operator who may ask
standing-scope-how = Prefixes of own lines; for an operator, those that it has registered. One a line
standing-lasts-minutes = Each time it acts for so many minutes, at most { $most }
standing-minutes = minutes of one activation
standing-days-long = It stands for so many days, at most { $most }
standing-days-field = days that it stands
standing-odd-operator = `{ $typed }` is no organisation; write its name, such as power
standing-odd-prefix = `{ $typed }` is no prefix; write it like 203.0.113.0/24
lift-reflexes = { $n ->
        [one] { $n } rule of a reflex acts
       *[other] { $n } rules of reflexes act
    }
