# コマンドの文言(日本語)。キーは動詞と内容を表し、英語版と同じキーを持つ。

## demo/country.rs
demo-an-outbreak = 感染の広がり
demo-made-up = 仮想の国:5 事業者、20,000 回線。通信・人物・表明・装置は作り物ですが、検知・関門・署名・TLS・台帳・手順は本番と同じです。この機械の外には何も出ません。
demo-worm = 6 時間でワームが { $bots } 台に感染しました。その 1 台が { $camera } です。撮影は続けながら、世界中を走査しています。
demo-what-each-provider-finds = 各社の検知
demo-member-found = { $name }:疑わしい回線 { $lines }、指令元の候補:{ $listed }
demo-named-by = { $goal } は互いの回線を見ていない { $members } 社から名指しされました。伝えるのは回線を含まない要約だけで、検知結果は塩付きの約束(コミットメント)の下で各社に残ります。
demo-a-country = 国
demo-up = 調整者と 5 会員が起動しました。各自の DB・鍵・証明書を持ち、読み上げた一回限りのコードで加入し、憲章を承認し、台帳の証人となります。
demo-the-gates = 関門
demo-first-attempt = カメラは { $goal } とも通信しており、最初の提案はこれを狙います:
demo-radius = { $goal } と通信した疑わしい回線は少なくとも { $bots }、巻き込まれる恐れがあるのは多くて { $benign } 回線。各社は数だけを伝え、小さい数は伏せます。
demo-signed = 二社の二名が署名する文面
demo-all-at-once = 一斉に
demo-staged = 自社の関門で判定し、規則を待機
demo-knows-t = T を受領
demo-cuts = 遮断
demo-spread = 先行の 1 社に続き、{ $together } 社が同じ瞬間に遮断しました。最初と最後の差は { $milliseconds } ミリ秒です。
demo-packets = 各社の計数では、{ $goal } から戻ったパケットは T の前の 5 秒間に { $before }、T の後の 2 秒間に { $since }。
demo-covered = { $goal } に従う { $all } 回線のうち { $cut } 回線には命令が届きません。対象は { $covered } 回線。どの機器にも侵入していません。
demo-one-leaves = 一社が離脱
demo-hospital = { $leaver } の病院がこの宛先を必要としています。{ $leaver } は誰にも尋ねず離脱し、規則は消えました。他社は続けます。
demo-lifted-early = 期限前に解除されました。規則はどこにも残っていません。
demo-the-end = 終わりは自然に来る
demo-ends-in = 指令はあと { $left } 秒、{ $ends } に終わります。誰が眠っていても。
demo-over = その { $late } 秒後、規則はどこにも残っていません。誰も何もする必要はありませんでした。
demo-check = 誰でも検証できる
demo-ledger = 台帳は完全です:{ $size } 件、全バイトが証人 { $witnesses } 者の署名の下にあり、他者のプログラムでも検証できます。

## demo/web.rs
demo-the-window = 画面
demo-links = 同じ物語をブラウザでも見られます。リンクはそれぞれ一人・一回限りです(別々のウィンドウで開いてください)。
demo-can-sign = 二人の承認者がブラウザで読んで署名できます。Enter を押すと、架空の二人が署名します。
demo-pages-stay = Enter を押すまで画面は開いたままです。

## lab/story.rs
lab-radius = 案件 { $case }:{ $goal } と通信した疑わしい回線は少なくとも { $bots }、巻き込まれる恐れがあるのは多くて { $benign } 回線。
lab-approved = 2 社の 2 名が読んで署名しました(人物は架空、鍵は公開です)。
lab-staged = 規則を待機、T を受領
lab-drops = ルーターが遮断
lab-all-at-once = 一斉に
lab-stopped = 5 社中 { $stopped } 社でパケットが止まりました。乗っ取られた機器は指令元に { $pings } 回尋ね、応答は { $answers } 回でした。その間、一般の利用者は通常のサービス・隣のアドレス・同じ機械の別ポートに { $asked } 回問い合わせ、応答がなかったのは { $failed } 回です。期限が来ると { $again } 社で再び通りました。誰も何もする必要はありませんでした。
lab-taken-back = 撤回
lab-recalled = 1 人が指令を撤回し、{ $ms } ミリ秒後には全社で通りました。

## lab/flood.rs
lab-floods = 回線からの攻撃
lab-standing-orders = 事前に 2 名が m1 の常時指令 2 件に署名済み:攻撃する回線は毎秒 { $limit } パケットに制限、{ $neighbour } の保護対象事業者が自らのアドレスについて求めれば遮断。いずれも台帳にあります。
lab-flood-limited = m1 の { $lines } 回線が { $victim } に接続を開いては放置し、毎秒 { $from } 件が届きます。最初のパケットから { $seconds } 秒でフロー情報が十分に届き、全回線がルーターのカーネルで制限されました(事務局の判断から読み戻しまで最大 { $slowest } ミリ秒)。届くのは毎秒 { $to } 件に減りました。その間の一般利用者の問い合わせは { $asked } 件、応答なしは { $failed } 件です。
lab-flood-dropped = 保護対象事業者が自らのアドレスのポート { $port } の遮断を求めて署名。{ $ms } ミリ秒後に m1 のカーネルで遮断され、届くのは毎秒 { $openings } 件です。他のポートは応答しています(問い合わせ { $asked } 件、応答なし { $failed } 件)。

## lab/story/hard.rs
lab-kill-switches = 停止スイッチ
lab-switch-pulled = m{ $stops } の 1 人が停止スイッチを引きました。m{ $stops_alone } では執行者が死んでいましたが、スイッチは効きました。残る 3 社は続けました。
lab-everybody-dead = 全員停止
lab-killed = { $count } プロセス(調整者・事務所・執行者・収集装置)を kill -9。指令はあと { $left } 秒、終わらせる者は誰もいません。

## lab/story/before.rs
lab-an-outbreak = 感染の広がり
lab-country = 5 事業者、それぞれが名前空間内の Linux ルーターです。{ $bots } 台が乗っ取られ、telnet ポートで仲間を探し、{ $goal } の命令を待ちます。パケット・ルーター・フィルター・事務所・TLS・台帳・手順は本物、通信の内容・人物・表明は作り物です。
lab-collectors-found = { $took } 秒後、各社の収集装置が softflowd の NetFlow から自社の感染回線を見つけました。
lab-what-each-provider-finds = 各社の検知
lab-who-commands = 指令元の特定には時間がかかります。使われ始めて 1 分未満のサーバーは誰も名指ししません。
lab-named-by-all = { $goal } は、互いの回線を見ていない 5 社すべてから名指しされました。
lab-told-again = 同じ対象に対する次の指令には新しい証拠が必要です。5 社すべてが改めて報告しました。
lab-the-gates = 関門

## lab/story/names.rs
lab-a-name = 名前
lab-name-family = 別の系統は同じサーバーを { $commands } という名前で探します。m2 の回線は BIND、m3 の回線は Unbound に尋ね、それぞれが自社の執行者から小さなゾーンを取得します。
lab-name-radius = 案件 { $case }:5 社の名前解決によれば { $commands } は { $command } を指します。そのアドレスとポートを問わず通信したのは、疑わしい { $bots } 回線のほかに多くて { $benign } 回線。問い合わせただけの回線は不明で、指令にもそう書かれます。
lab-name-refused = T に両者がこの名前を拒否しました({ $refused } 件)。その間、別の名前への { $asked } 件の問い合わせのうち応答がなかったのは { $failed } 件。期限が来ると再び応答されました。誰も何もする必要はありませんでした。
lab-names-head = リゾルバー   最後の応答      最初の拒否      再び応答
lab-names-beneath = { "                 " }(T から)        (T から)     (期限から)
lab-names-spread = リゾルバー間の差(最初の拒否)
lab-names-recalled = 撤回から再び応答まで
lab-names-others = 別の名前への問い合わせ / 応答なし
lab-names-bots = 発動中のボットの問い合わせ / 応答

## lab/story/table.rs
lab-figures = 数値(ミリ秒)
lab-figures-head = 会員     最後の通過    最初の遮断      パケット     再び通過
lab-figures-beneath = { "         " }(T から)      (T から)        間隔         (期限から)
lab-figures-canary = { "*" } 先行。T は別
lab-figures-spread = 他社の差(最初の遮断 / 最後の通過)
lab-sentinels-spread = 他社の差(標識、最初の無応答)
lab-figures-users = 発動中の一般の問い合わせ / 応答なし
lab-figures-bots = 発動中の感染機器の問い合わせ / 応答
lab-figures-doubt = その他の欠落 / 監視の取りこぼし
lab-figures-recall = 撤回から再び通過まで
lab-sentinels-recall = 撤回から最後の標識の応答再開まで
lab-figures-switch = 停止スイッチから再び通過まで
lab-figures-death = 全員停止時、期限から再び通過まで

## lab/story/sentinels.rs
lab-sentinels = 会員の標識による同じ値(受領報告から、ミリ秒)
lab-sentinels-head = 会員     最後の応答     最初の無応答       粒度    応答再開          最初の遮断
lab-sentinels-beneath = { "             " }(T から)       (T から)                (期限から)      (装置)

## drill.rs
drill-all-at-once = 一斉に
drill-cut-off = { $cut_off } は T を知る前に接続を失います
drill-a-rehearsal = 訓練
drill-what-is-real = 検出結果・関門・署名・手順・台帳は本物、人物・表明・時計・網・装置は仮のものです
drill-the-gates = 関門
drill-row-on = X1 を有効にし、弁護士の意見書と確認済みの表明を添えます
drill-signed = 二名が署名する文面
drill-gates-open = すべての関門が開きました:根拠・保護対象・影響範囲・証拠・承認
drill-in-force = 発動中:{ $names }({ $covered } 回線)。先行を除く最初と最後の差:{ $spread }
drill-over = 指令は終了しました。どこにも規則は残らず、誰の操作も要りませんでした
drill-afterwards = 事後の検証
drill-ledger = 台帳は完全です:{ $size } 件、根 { $root }、証人 { $witnesses } 者
drill-files = 台帳は { $shown } にあります。検証:
      issei ledger verify { $shown } { $keys }

## stories
story-refused = 拒否
demo-measured = 計測結果:{ $together } 社の遮断時刻の差は { $milliseconds } ミリ秒。所要時間 { $seconds } 秒。
drill-entry = 台帳 { $index }:{ $decision }
drill-says-no = { $member } は拒否:{ $why }
drill-not-taken = 受理されません:{ $why }
drill-proposed = 提案。各社が準備します
drill-confirmed = { $person } が継続を確認。終了日時まで続きます
drill-armed = T = { $at }({ $names })
drill-withdrawn = 撤回:{ $why }
drill-staged = 規則を待機させました
drill-left = 不参加({ $why })
drill-in-force-since = 読み戻し:{ $at } から発動
drill-lifted = 読み戻し:規則なし
drill-harm = 正常な通信への影響を観測

## refusals
refused-rule = 規則 `{ $rule }` により拒否:{ $why }
refused-broke = 関門 `{ $rule }` の故障により拒否:{ $why }

## endings
ending-no-quorum = 準備を終えた事業者が不足
ending-canary-harm = 先行事業者が影響を観測
ending-canary-silent = 先行事業者の報告なし
ending-too-late = 発動期限までに T が未定
ending-unconfirmed = 期限内に継続の確認なし

## counts
count-members = { $n } 社
count-entries = { $n } 件
count-orders = { $n } 件
count-lines = { $n } 回線
count-files = { $n } ファイル
count-records = { $n } レコード

## orders
order-none = 指令・指令案はありません
order-draft = 承認待ち
order-held = 発出待ち
order-preparing = 準備中
order-canary = 先行確認中
order-armed = T 確定
order-in-force = 遮断中
order-refused = 拒否
order-ended = 終了
order-goals = { $first } ほか { $more } 件
order-refuse = 名前解決を拒否 { $goals }
order-drop = 遮断 { $goals }
order-limit = 毎秒 { $packets } パケットに制限 { $goals }
order-redirect = 案内ページへ誘導 { $goals }
order-ended-at = { $at } UTC に終了
order-ends-in = あと { $left }
order-ends-unless = 継続の確認がなければあと { $left } で終了
order-stands = 状態:{ $stands }
order-approved-by-nobody = 承認:まだありません
order-approved-by = 承認
order-read-in-english = 英語で閲読
order-read-in-japanese = 日本語で閲読
order-key = { "    " }鍵 { $key }
order-awaits = 提案者以外の承認者による継続の確認がなければ、{ $at } UTC に自動的に終了します:`issei order confirm { $order }`
order-awaits-until = 継続の確認がなければ、{ $at } UTC に自動的に終了します
order-confirmed = { $person } が継続を確認({ $at } UTC)。終了日時まで継続します
refused-confirm-ended = 指令は終了したか、終了処理中のため、元には戻りません。必要な場合は案件を再開し、新たに提案してください
refused-confirm-needless = この指令に継続の確認は不要です。終了日時まで継続します
refused-confirm-early = まだどの事業者も実施しておらず、影響を確認できません。実施時刻 T の後に確認してください
refused-confirm-known = この指令は継続を確認済みです
refused-confirm-late = 全事業者に伝わるまでの時間が足りないため、指令は自動的に終了します。必要な場合は案件を再開し、新たに提案してください
refused-confirm-within = 継続を確認する期限 { $within } は、秒単位で { $least } 以上、かつ指令の継続時間 { $lasts } 未満でなければなりません。最も近い値は { $nearest } です
refused-confirm-short = 指令の継続時間 { $lasts } は、継続を確認する期限の最短 { $least } より長くなければなりません。継続時間を長くしてください
order-members = 事業者
order-lines = { $n } 回線
order-drafted = `issei order show` で内容を確認し、二組織の二名が `issei order approve` で署名してください
order-drafted-held = `issei order show` で内容を確認し、二組織の二名が `issei order approve` で署名した後、`issei order arm` で発出してください
sign-question = この文面に { $person } として署名しますか?
sign-question-proposer = この文面に { $person } として署名しますか?(提案者のため、事務局は拒否します)

## members towards T
member-preparing = 準備中
member-staged = 準備完了
member-armed = T 確定
member-unread = 未確認
member-in-force = 遮断中
member-harm = 遮断中・影響あり
member-refused = 不参加:{ $why }
member-left = 離脱:{ $why }
member-lifted = 解除済み
member-in = あと { $left }
member-after-t = T から { $gone }
member-since = { $at } から
member-at = { $at }
objection-legal-word = 法的理由
objection-collateral-word = 他への影響
objection-capacity-word = 容量不足
objection-technical-word = 技術的理由
objection-customer-word = 顧客の意向

## order watch
watch-leave = q で表示を終了(指令は続きます)
watch-title = 指令 { $name }  { $state }  案件 { $case }
watch-hidden = ほか { $n } 社(端末を広げると表示)
watch-canary = 先行
watch-t-in = T { $at } UTC(あと { $left })
watch-t-ago = T { $at } UTC({ $gone } 経過)
watch-draft = 承認待ち。各社にはまだ送られていません
watch-held = 保留中。承認後に `issei order arm` で発出します
watch-never = T に至らず終了
watch-no-t = T 未定:回線の { $ready } % が準備完了(必要 { $needed } %)
watch-in-force = 遮断中:{ $all } 回線中 { $lines } 回線({ $percent } %)
watch-in-force-spread = 遮断中:{ $all } 回線中 { $lines } 回線({ $percent } %)。発動時刻の幅 { $spread }
watch-order = 指令 { $name } { $state }
spread-nowhere = どこでも発動しませんでした
spread-reach = { $members }・{ $lines } 回線({ $percent } %)で発動
spread-canary-only = { $reach }。発動したのは先行事業者のみ
spread-span = 発動時刻の幅:{ $span }
spread-ends = 最初 { $first }、最後 { $last }

## status
status-stopped-only = 停止スイッチが入っています。自社での遮断はありません
status-member = { $office }(事業者) { $now } UTC
status-coordinator = { $office }(調整機関) { $now } UTC
status-orders = 指令・指令案
status-stopped = 停止スイッチが入っています。`issei resume` で参加を再開します
status-log-behind = 台帳を末尾まで確認できていないため、新たな遮断は行いません。調整機関との回線を確認してください
status-witnesses-few = 台帳の証人が不足しているため、新たな決定はできません。各社との回線を確認してください
status-charter-offered = 別の憲章が提示されています({ $aloud })。`issei enrol review` で確認してください
status-gate-broke = 起動後、関門の故障により { $n } 回拒否しました。事務局のログで該当箇所を確認し、自社のパックを直してから SIGHUP で読み直してください
status-drafts = 指令案 { $n } 件が承認待ちです。`issei order show`、`issei order approve`
status-awaits = 指令 { $order } は、承認者による継続の確認がなければ { $at } UTC に自動的に終了します。`issei order confirm { $order }`
status-reviews-more = ほか { $more } 件の見直し期限が近づいています。`issei case list`
status-review-over = 見直し期限を超過({ $by } UTC):指令 { $order }、根拠 { $ground }。弁護士と確認の上、`issei case close { $case }`
status-review-due = 見直し期限 { $by } UTC:指令 { $order }、根拠 { $ground }。弁護士と確認の上、`issei case close { $case }`
status-log = 台帳
status-log-is = { $entries }、{ $log }
status-log-read = 末尾まで確認済み
status-log-unread = 末尾まで未確認
status-log-witnessed = 証人の連署あり
status-log-unwitnessed = 最近の連署なし
status-clock = 時計
status-clock-within = 誤差 { $error } 以内
status-clock-unset = 時刻同期なし。自社では遮断を開始しません。chrony を設定するか、settings.toml に `clock_error_ms` を指定してください
status-charter = 憲章
status-connected = 接続中
status-alive = 有効な指令
status-nothing-lost = 拒否・喪失はありません
status-counted = 起動後の件数

## what a subject does
deed-scans-hosts = 多数のホストを走査
deed-scans-sampled = 多数のホストを走査(サンプリング)
deed-dark = ダークネットへ送信
deed-may-command = 指令サーバーの疑い
deed-commands = 指令サーバー
deed-floods = 攻撃(フラッド)に加担
deed-flooded = 攻撃(フラッド)を受けている
deed-peer-to-peer = P2P 型ボットネットに参加
deed-scans-ports = 多数のポートを走査
deed-log-ins = ログインを多数試行
deed-backscatter = 攻撃を受けている(バックスキャッター)
deed-listed = 侵害指標と通信
deed-session = 開始時に指令セッションあり
deed-fetched = 開始前にファイルを取得
deed-returns = 反復接触
deed-unasked = 不審アクセスを受信
deed-hands-out = 容疑回線にファイルを配布
deed-aimed-at = 容疑回線の攻撃対象
deed-shared = 容疑回線に共通の通信先

## how sure
sure-measure = 計測値
sure-context = 参考情報
sure-candidate = 候補
sure-count = 計数による
sure-percent = 誤り率 { $percent } % 以下({ $of })
sure-odds = 誤り率 1/{ $odds }({ $of })
sure-port = ポート { $port }
level-measure-word = 計測値
level-context-word = 参考情報
level-candidate-word = 候補
level-finding-word = 検知

## case
case-none = 案件はありません。各社の報告は `issei case findings` で確認できます
case-no-findings = 検知の報告はありません。各事業者が `issei case report` で報告します
case-answered = { $all }中 { $heard } 社が回答
case-not-yet = 未回答:{ $members }
case-sum = `issei case assess { $name }` で集計してください
case-sum-unknown = `issei case assess { $name }` で集計してください(未回答の事業者は「不明」として扱います)
case-its-order = 、指令 { $order }
case-title = 案件 { $case }:{ $stage }
case-goals = 対象
case-evidence = 証拠
case-stood-for = 指すもの
case-who-answered = 回答済み
case-radius = 影響範囲
case-order = 指令
case-refused = 拒否
case-next-question = 次の一手:`issei case question`
case-next-assess = 次の一手:`issei case assess`
case-next-propose = 次の一手:`issei order propose`
case-next-approve = 次の一手:`issei order show`、`issei order approve`
case-next-watch = 次の一手:`issei order watch`。更新は新たな検知を得て `issei case reopen`
case-collecting = 収集中
case-assessed = 影響確認済
case-proposed = 提案済み
case-cleared = 発出済み
case-closed = 終了
case-forgeable = { $source }:{ $rule } [{ $kinds }]、偽装可能、最終観測 { $until } UTC
case-unforgeable = { $source }:{ $rule } [{ $kinds }]、外部からの偽装不可、最終観測 { $until } UTC
case-stood-at = { $source }:{ $name } → { $ip }
case-beside = 感染の疑い { $suspected } 回線、その他最大 { $beside }
case-unanswered = 不明:{ $members } は未回答
case-partly-unknown = 一部不明:{ $member } の記録は { $days } 日分
case-asked-only = 不明:名前を照会しただけの利用者、下位の名前を照会した利用者({ $hint })
case-shared = 他者と共有:{ $hint }
case-nothing-to-tell = 報告対象なし:{ $path } に「候補」以上の指令サーバーはありません
case-rest-stays = { $n } 件は報告しません(回線情報を含むか、確度が不足)

## the table of findings
table-more = ほか { $more } 件は検知結果のファイルにあります
table-who = 対象
table-what = 内容
table-since = 開始 (UTC)
table-how-sure = 確からしさ
table-alike = 同種 { $many } 件:{ $names }
table-also = あわせて:{ $deed }({ $id })
table-more-context = ほか参考情報 { $more } 件は検知結果のファイルにあります
table-findings = 検知 { $n } 件
table-candidates = 候補 { $n } 件(独立した別種の証拠待ち)
table-context = 参考情報 { $n } 件(単独では根拠になりません)
table-measures = 計測値 { $n } 件
table-deed = { $deed }:{ $peer }
table-seen-by = 、観測元 { $name }
table-seen-by-more = 、観測元 { $name } ほか { $more }
table-facts = { $what }。開始 { $since }。{ $sure }

## explain
see-none = この語を含む検知結果はないか、保存期限が過ぎています。
see-sum = 保存中の検知結果 { $all } 件のうち { $shown } 件を表示しました。
see-more = 古いものは --most に件数を指定するか、語(アドレス・規則・確度)で絞り込んでください。
explain-title = { $id }  { $level }  { $rule }(改訂 { $n })
explain-subject-does = { $subject } { $deed }
explain-refutes = 反証となるもの
explain-not-shown = この結果が示さないこと
explain-families = 特徴が見られたファミリー(検知の要件ではありません)
explain-kinds = 互いに独立した証拠の種類
explain-builds-on = 基になった検知
explain-seen = 観測内容
explain-own-line = 自網の回線
explain-own-address = 自網のアドレス
explain-prefix = プレフィックス
explain-outside = 外部のホスト
explain-subject = 対象
explain-subject-is = { $subject }({ $kind })、役割:{ $role }
explain-other-side = 相手
explain-from = 開始
explain-to = 終了
explain-decided = 判定
explain-decided-after = { $at }(開始から { $delay })
explain-test = 判定方法
explain-rule = 規則 { $rule }:{ $why }
explain-counts = 件数を数えて比較する規則です。確率は示しません。
explain-parameters = パラメーター
explain-statistic = 統計量
explain-threshold = しきい値
explain-null-model = 帰無モデル
explain-null-origin = その出所
explain-bound = 誤り率の上限
explain-who = 観測元
explain-sampling = サンプリング
explain-exporter = エクスポーター
explain-domain = { $name }、観測ドメイン { $domain }
explain-nothing-lost = 、判明している喪失なし
explain-lost = 、到着前の喪失 { $n } レコード
explain-others = 他の説明
explain-ruled-out = 否定
explain-still-open = 未決
explain-sample = フローレコードの抜粋({ $n } 件、ヘッダー項目のみ)
explain-head-first = 開始 (UTC)
explain-head-length = 時間
explain-head-protocol = プロトコル
explain-head-from = 送信元
explain-head-to = 宛先
explain-head-packets = パケット
explain-head-bytes = バイト
explain-head-back = 応答
explain-head-sampled = 抽出率
explain-flow = { $first }、{ $length }:{ $protocol }、{ $packets }、{ $bytes } バイト、応答 { $back }、抽出率 { $sampled }
explain-flow-way = { $from } → { $to }
explain-record = 記録
explain-written = 記録日時
explain-deleted = 削除期限
explain-before = 直前の記録の SHA-256
explain-rate-untold = 不明
explain-rate-every = 全パケット
explain-rate = 1/{ $n }
explain-rates = 1/{ $least }〜1/{ $most }
explain-announced = エクスポーターの申告
explain-configured = 設定値
explain-complete = パケットを直接観測
explain-unknown = 申告なし(補正なし)
explain-sampled = { $rate }({ $basis })

## analyze
table-nothing = 検知はありません。
report-account-title = 決算
account-findings = 検知結果
account-not-kept = 保存していません(--out で保存先を指定):{ $error }
account-inputs = 入力
account-inputs-are = { $files }、{ $bytes }:{ $kinds }
account-of-content = { $content } { $n } 件
account-passed-over = 対象外
account-passed-over-are = 形式不明 { $files }:{ $names }
account-broke-off = 中断
account-broke-off-at = { $path }:{ $cause }(読めた範囲で判定)
account-streams = ストリーム
account-streams-are = { $n } 件(自網の指定がないため個別に判定。--ours PREFIX を指定すると一体で判定)
account-stream = { $name }:{ $records }、自網:{ $ours }
account-more = ほか { $n } 件は summary.json にあります
account-time = 期間 (UTC)
account-from-to = { $from } 〜 { $to }({ $lasted })
account-packets = { $n } パケット
account-datagrams = { $n } データグラム
account-lines = { $n } 行
account-empty = 空のファイル
account-and = 、
account-outside = 。指定期間外 { $n }
account-records = レコード
account-judged = { $seen }から { $judged } 件を判定:上り { $outbound }、下り { $inbound }、自網内 { $internal }、通過 { $transit }{ $outside }
account-ours = 自網
account-nobody = なし
account-losses = 喪失
account-no-losses = なし
account-example = (例:位置 { $at }、値 { $value })
account-loss = { $n } × { $kind }({ $whose }):{ $explanation }{ $example }
account-turned-away = 保持できず
account-turned-away-are = メモリー上限のため { $n } 件の検知を破棄
account-withheld = 非表示
account-withheld-are = { $levels }(`--level measure` ですべて表示)
account-withheld-level = { $level } { $n } 件
account-budget = 誤検知予算
account-budget-is = { $lines } 回線・{ $rules } 規則で誤検知 1 日 { $wrong } 件まで(回線・規則・日あたり α = { $alpha })。指令サーバーと名指ししたものの { $percent } % まで
count-bytes = { $n } バイト

## demo --town
town-is = 小さな町の 10 分間:Mirai ボットネットが活動を始め、走査と攻撃を行い、銀行がリフレクション攻撃を受けます。{ $lines } 回線、{ $packets } パケット。
town-truth = 正解との比較
town-lines = 乗っ取られた回線の検知
town-floods = 攻撃の検知
town-innocent = 無実の回線の誤検知
town-of = { $all } 件中 { $some } 件

## top
top-rate = 毎秒 { $n }
top-lost = 喪失 { $n }
top-last = 最終受信 { $since } 前
top-exporters = エクスポーター
top-exporters-old = エクスポーター({ $since } 前の通知)
top-no-collector = 収集プログラムからの通知なし。`issei collect` の `[watch] office` にこのフォルダを指定してください
top-cuts = { $n ->
        [0] 実施中の遮断なし
       *[other] 遮断中 { $n } 件
    }
top-next-end = 次の期限まで { $left }
top-log-current = 台帳は末尾まで確認済み
top-log-behind = 台帳は末尾まで確認できていません
top-connected = { $n } 社接続中
top-entries = 台帳 { $n } 件
top-stopped = 停止中
top-draft-waits = { $order } は署名待ち(あと { $left })
top-awaits = { $order } は継続の確認がなければあと { $left } で自動終了(c)
top-cases-wait = 案件 { $n } 件が対応待ち:`issei case list`
top-head-order = 指令
top-head-state = 状態
top-head-end = 期限
top-head-case = 案件
top-head-what = 内容
top-orders = 指令
top-no-orders = 指令・指令案はありません。案件は `issei case open` で開きます
top-members = 各社の状況(T まで)
top-not-asked = 各社にはまだ送られていません
top-findings = 検知
top-count-findings = 検知 { $n } 件
top-no-findings = 検知の報告はありません。各事業者が `issei case report` で報告します
top-keys = ↑↓ 選択 ・ a 閲読・署名 ・ c 継続の確認 ・ w 解除 ・ W すべて解除 ・ q 終了
top-only-drafts = 署名できるのは承認待ちの指令案のみです。矢印キーで選択してください
top-only-awaiting = 確認できるのは継続の確認を待つ指令のみです。矢印キーで選択してください
top-not-alive = この指令は有効ではありません。矢印キーで選択してください
top-sign-how = ここで署名するには --as PERSON と、--key FILE または --agent を付けて起動してください
top-signed = 署名しました
top-lift = { $order } を今すぐ解除しますか?
top-lift-all = すべてを今すぐ解除しますか?

## reflex
reflex-none = 常時指令・その案はありません
reflex-acted-until = { $until } UTC まで措置します
reflex-drafted = `issei reflex show` で内容を確認し、二名(うち一名は自社)が `issei reflex approve` で署名してください
reflex-until = { $deed }({ $until } UTC まで)
reflex-draft = 承認待ち
reflex-leaving = 送付中
reflex-logged = 記録済み
reflex-judging = 審査中
reflex-ready = 有効
reflex-refused = 拒否
reflex-ended = 終了
reflex-limit = 攻撃を毎秒 { $packets } パケットに制限
reflex-on-request = { $operator } の依頼により遮断
reflex-forged = 偽装された送信元を遮断
reflex-in = { $what }、範囲 { $scope }
reflex-in-prefixes = { $what }、範囲 { $n } プレフィックス
reflex-stopped = 自動措置は停止中です。`issei resume` で再開します
reflex-log-behind = 台帳を末尾まで確認できていないため、契機があっても措置しません
reflex-nothing-acts = 実施中の自動措置なし
reflex-acting = 実施中の自動措置
reflex-there-after = { $after } 後に反映を確認
reflex-not-there = 反映は未確認
reflex-told = 台帳への報告 { $n } 回
reflex-untold = 報告待ちの発動 { $n } 件
reflex-refused-by = 拒否:{ $why }({ $code })

## appeals
appeals-none-here = 申立てはありません。外部の方は公開ページから申立てできます
appeal-is-about = 対象:{ $about }
appeal-answer-to = 連絡先:{ $reach }
appeal-in-force-then = 当時有効だった指令:{ $orders }
appeal-answered-by = 回答({ $person }、{ $at }):{ $words }
appeal-waits-here = 未回答。`issei appeal answer { $reference } --as PERSON WORDS`

## keys
keys-new-passphrase = { $path } の新しいパスフレーズ
keys-once-more = もう一度
keys-hexadecimal = 16 進数
keys-aloud = 読み上げ用
keys-ssh = ssh-keygen 用

## window
window-token-once = 表示はこの一度だけです。`Authorization: Bearer` で送ってください
window-token = トークン { $name }({ $person }):{ $roles }、期限 { $until }
window-wants-key = { $person } が鍵 { $key } の登録を求めています
window-nobody = まだ誰も入れません。`issei window invite` でリンクを発行します
window-give = このリンクを { $person } だけに渡してください。一度だけ、一日有効です

## ledger
ledger-broken = { $path }:検証失敗:{ $why }
ledger-whole = { $entries }(うち別置き { $bodies } 件)、{ $files }、欠落・改変なし
ledger-root = 台帳 `{ $name }`、ルート { $root }
ledger-checkpoints = チェックポイント { $n } 件を検証。最新のものはすべての延長です
ledger-unsigned = 署名は未検証です。台帳の鍵を --key、証人を --witness で指定してください
ledger-witnessed = 台帳と { $witnesses } の署名あり。必要数は { $at } UTC に到達
ledger-unwitnessed = 台帳の署名あり。証人の指定なし(--witness で指定してください)
ledger-strangers = 未検証:{ $strangers } の行
ledger-uncovered = 署名の範囲外の { $n } ファイルは検証対象外です
ledger-confirmed = 継続の確認を要する指令 { $all } 件中 { $whole } 件が確認または終了済み、期限前 { $open } 件
ledger-confirmed-wrong = 記録 { $index } は指令 { $order } の有効な継続の確認ではありません:{ $why }
ledger-confirmed-not-asked = これより前に、この番号で継続の確認を要する指令がありません
ledger-confirmed-early = まだどの事業者も実施していません
ledger-confirmed-signature = 提案者自身の署名であるか、この指令の継続の確認に対する署名ではありません

## stop
stop-empty = 停止しました:装置に規則はなく、新たな遮断も行いません
stop-lifted = 停止しました:装置から規則 { $n } 件を解除し、新たな遮断も行いません
stop-torn = 装置の表が壊れていたため、他にも規則があった可能性があります。それらも消えています
stop-enforcer = 執行者の装置にも規則はありません
stop-office-knows = 事務局に通知済みで、調整機関にも伝わります。再開は `issei resume`
stop-no-office = 事務局が動いていないため、調整機関には伝わっていません。事務局の再起動後、`issei resume` で再開してください
stop-office-trouble = 事務局に通知しましたが異常があります:{ $why }。停止は 1 秒以内に検出されます。その後 `issei resume` で再開してください

## lists
lists-unchanged = 変更はありません
lists-taken = 動作中の事務局・執行者には 1 秒以内に反映されます
lists-hints-taken = 次の影響範囲の回答から反映されます
lists-prefixes-new = 新規プレフィックス { $n } 件
lists-entries-new = 新規 { $n } 件
lists-counts = { $new }、既知 { $known } 件、拒否 { $refused } 件
lists-stay = 作成元が削除した { $n } 件は残っています
lists-refused-at = { $number } 行目を拒否:`{ $text }`
lists-entry = { $place }({ $kind }、一覧 `{ $source }`)
lists-more = ほか { $more } 件
lists-nobody-runs = 事務局が動いていないため、有効な指令への影響は不明です
lists-ends = 指令 { $order } はこれにより終了します:`{ $goal }` が { $place } に該当
lists-no-order = 該当する有効な指令はありません
lists-nothing-vanished = 消えた保護対象はありません
lists-still-count = 一覧から消えましたが、なお有効です。外すには --accept { $digest }
lists-let-go = 1 秒以内、または次の起動時から無効になります

## What a finding says of itself: rules, roles, bounds, kinds of evidence
why-horizontal-scan = 同じ種類のポートへの最初の接触が多数失敗。結果まで確認できた走査(D1)
why-sampled-scan = ワームだけが探すポートへの接続開始。サンプリングでの観測(D2)
why-sensor-hit = 自網のアドレスがダークネットへ送信(D3)
why-command-enrichment = 感染した回線が、機器の種類ごとに見ても偶然をはるかに超えて共有する外部サービス(D4)
why-command-confirmed = 互いに独立した 2 種類の証拠がある指令サーバー(D5)
why-outbound-flood = 自網の回線が攻撃(フラッド)に加担(D6)
why-inbound-flood = アドレスまたはプレフィックスが攻撃(フラッド)を受けている(D7)
why-peer-to-peer-bots = 疑わしい回線同士がサーバーを介さず通信(D8)
why-vertical-scan = 一つのホストの多数のポートを試行
why-login-brute-force = 一つのサービスへのログインを多数試行
why-backscatter = 送っていない要求への応答。このアドレスの通信相手が詐称されている
why-indicator-match = 相手が侵害指標リストに掲載
why-command-session = 疑わしい回線が走査や攻撃を始めたときに保っていたセッション
why-download = 後に指令を出すホストから、または最初の走査の直前のダウンロード
why-persistent-contact = 一つの回線が一つのサービスに繰り返し接触
why-background-radiation = 自網のアドレスが一日に受ける不審アクセス
found-scanner = 走査元
found-bot = ボット
found-command-server = 指令サーバー
found-download-server = 配布サーバー
found-flood-source = 攻撃元
found-victim = 攻撃対象
found-login-guesser = ログインの試行元
found-contact = 接触した回線
found-sensor = センサー
bound-line-day = 回線・日ごと
bound-line-hours = 回線・{ $n } 時間ごと
bound-line-window = 回線・10 秒間ごと
bound-line-windows = 回線・時間枠ごと
bound-line-host = 回線・ホストごと
bound-target-window = 攻撃対象・10 秒間ごと
bound-subject-window = 対象・10 秒間ごと
bound-service-day = 外部サービス・日ごと
bound-suspect-day = 疑わしい回線・日ごと
bound-share = 一期間に名指しした全サービスのうち誤りの割合の期待値
bound-together = この規則の全検定の合計
bound-looks = すべての確認の合計
bound-guards = サイズ・類似・間隔による絞り込みの前
bound-each-counts = 各検定は { $n } から計上
bound-rule-counts = 規則は { $n } から計上
kind-worm-ports = ワーム以外はほとんど使わないポートへの接続開始
kind-dark = 未使用のアドレスへの接続開始
kind-ports = 一つのホストの多数のポートへの接続失敗
kind-log-ins = 一つのログインサービスとの多数の短いセッション
kind-own = 回線自身の走査またはセンサー検知
kind-peers = 通信相手に占める疑わしい回線が偶然を超えて多い
kind-received = 一つの対象が受ける通信の量と形
kind-joint = 同じ対象へ同時に送信する疑わしい回線
kind-one-way = 一つの回線の一方向の通信量
kind-answers = 要求していないアドレスへの応答
kind-shared = 機器の種類ごとに見た、疑わしい回線での偏り
kind-dated = 日付のある脅威情報:{ $sources }
why-sentence = { $goal }:{ $cut }。{ $found }。{ $never }。
why-not-cut = この対象への遮断はありません
why-cut = 案件 { $case } の指令 { $order }(根拠 { $ground })により { $until } まで遮断中です
why-comes = 案件 { $case } の指令 { $order }(根拠 { $ground })による遮断を準備中です({ $until } まで)
why-drafted = 遮断していません。案件 { $case } の指令案 { $order }(根拠 { $ground })を承認者が確認中です
why-was-cut = 現在は遮断していません。案件 { $case } の指令 { $order } は終了しました
why-refused = ここでは遮断していません。自社は案件 { $case } の指令 { $order } に参加していません
why-more = { $first }(ほかに { $more } 件)
why-found = { $members } による検知が { $n } 件あります(最新の確認 { $newest })
why-found-nothing = この対象を検知した事業者はありません
why-found-elsewhere = 事業者の検知結果は調整機関で確認できます
why-in-case = { $found }(案件 { $cases })
why-never = 保護対象のため遮断しません({ $why })
why-on-no-list = 保護対象のリストには該当しません
why-own = { $n ->
    [0] 自社の収集プログラムによる検知はありません。
   *[other] 自社の収集プログラムによる検知が { $n } 件あります。`issei see` で確認できます。
}
why-own-many = 自社の収集プログラムによる検知が { $n } 件以上あります。`issei see` で確認できます。
show-coordinator = 調整機関
show-log-key = 台帳の公開鍵
show-members = 事業者
show-never-cut = 保護対象の件数
show-lists-digest = 保護リストのダイジェスト
show-no-traffic = 回線とこの指令の対象との通信は報告されていません。
show-no-traffic-next = 事業者側で `[watch]` に `office` を設定した `issei collect` を動かしてください。集計内容は用語集をご覧ください。
show-asked = 回線からのパケット
show-answered = 応答パケット
show-traffic-lost = { $n } 件の通信は上限超過または遅着のため数えていません
show-more-looks = 古い記録は --most 件数、または記録に含まれる語を指定して表示してください。
