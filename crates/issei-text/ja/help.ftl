# コマンドのヘルプ(日本語)。英語はソースのコマンド定義にある。キーはコマンドの経路と引数の名前から作る:
#   issei-order-propose            コマンドの説明
#   issei-order-propose--lasts     その引数の説明(--lasts--x は値 x の説明)
#   any--key                       同じ名前・同じ説明の引数に共通
#   after--issei-order-propose     説明の後に続く文
#   label--…                       見出しと注記

## 見出しと注記
label--usage = 使い方:
label--commands = コマンド
label--arguments = 引数
label--options = オプション
label--default = [既定値: { $value }]
label--environment = [環境変数: { $name }]
label--values = [値: { $values }]
label--choices = 値:

## 共通の引数
any--help = ヘルプを表示
any--version = バージョンを表示
any--lang = 表示と署名の文面の言語。省略時は LC_ALL・LC_MESSAGES・LANG の言語
any--lang--en = 英語
any--lang--ja = 日本語
any--config = 設定ファイル
any--json = 一つの JSON 文書で出力
any--jsonl = JSON Lines で出力
any--csv = CSV で出力(1 行目は見出し)
any--ours = 自網の回線のプレフィックス(複数指定可)
any--dark = 自網の未使用プレフィックス(複数指定可)
any--sampling = N パケットに 1 個を観測。エクスポーターの申告より優先
any--indicators = 侵害指標リスト:1 行に 1 件のアドレス・アドレス:ポート・プレフィックス、または見出し付き CSV
any--classes = 機器の種類を示すサービスの一覧:`場所 種類` の行
any--known = 指令サーバーと名指ししないサービス:プレフィックス、または MISP の警告リスト
any--level = これより確度の低いものは表示しない
any--level--measure = 計測値(根拠にはならない)
any--level--context = 検知とあわせて見る参考情報
any--level--candidate = 独立した別種の証拠待ち
any--level--finding = 案件を開くに足る検知
any--quiet = 結果以外は表示しない
any--from = 検知結果のファイル、または findings.jsonl のあるフォルダ。省略時は `analyze` の最後の保存先
any--office = 事務局のフォルダ
any--folder = 実験国のフォルダ
any--routers = 5 社のルーター:nft・bird・frr・gobgp をコンマ区切りで
any--names = 2 社に BIND と Unbound のリゾルバーを置き、名前で指令サーバーを探すボットを加える
any--order = 指令の名前、またはその先頭 8 桁以上
any--standing = 常時指令の名前、またはその先頭 8 桁以上
any--case = 案件
any--person = 署名者
any--key = 鍵ファイル
any--agent = ssh-agent で署名する。複数ある場合は =KEY(16 進数)で選ぶ
any--passphrase_file = パスフレーズをこのファイルの 1 行目から読み、入力を求めない
any--yes = 文面を表示した後、確認せずに署名する
any--to = 登録済みのプレフィックス、またはその中のサービス:203.0.113.0/24、203.0.113.7:443/tcp、[2001:db8::/48]:53/udp
any--member = 依頼先の事業者 [既定値: この事務局の事業者]
any--count = 台数

## issei
issei = フローレコードとキャプチャから、乗っ取られた回線、その指令元、攻撃の被害者を検知します
after--issei =
    終了コード:
      0  完了。参考情報を超えるものなし
      1  完了。検知または候補あり
      2  コマンドラインまたは設定の誤り
      3  入力を読み取れない、または認識できるものがない
      4  こちら側の障害(出力・ソケット)
      5  規則による拒否
after--issei-analyze = { after--issei }

## analyze, explain, see
issei-analyze = キャプチャ、フロー、Zeek のログを判定し、検知結果を表示
issei-analyze--paths = ファイルまたはフォルダ:pcap・pcapng、NetFlow・IPFIX・sFlow(キャプチャまたは生データ)、Zeek の conn.log。.gz と .zst も可
issei-analyze--json = 検知結果・入力・喪失を一つの JSON 文書で出力
issei-analyze--csv = 検知結果を証拠を除いて CSV で出力(1 行目は見出し)
issei-analyze--jsonl = 検知結果を `issei schema` の形式の JSON Lines で出力
issei-analyze--out = findings.jsonl と summary.json の保存先。省略時は `issei explain` が参照する状態フォルダ
issei-analyze--contacts = 通信記憶(何回線がどこと通信したか)の書き出し先
issei-analyze--since = これより前に終わったレコードを除く(UTC)。例:2026-01-31T09:00:00Z
issei-analyze--until = これ以後に始まったレコードを除く(UTC)
issei-analyze--exports = キャプチャの中の、フローレコードと見られるデータグラムの扱い
issei-analyze--exports--auto = キャプチャの相当部分を占める場合に復号
issei-analyze--exports--always = フローレコードと見られれば常に復号
issei-analyze--exports--never = 復号せず、すべてを通信として扱う
issei-explain = 検知の証拠をすべて表示(第三者の確認用)
issei-explain--finding = 検知の名前(例:F-0123456789abcdef)、または判別できる桁まで
issei-explain--json = 記録を JSON で出力
issei-see = 保存済みの検知結果を新しい順に一覧。語による絞り込みも可
issei-see--only = 検知の名前・対象・相手・規則・確度に含まれる語
issei-see--most = 表示する最大件数

## collect
issei-collect = NetFlow・IPFIX・sFlow の受信、またはキャプチャにより、随時判定
issei-collect--listen = 待ち受けるアドレスとポート(設定の代わり)
issei-collect--interface = このインターフェースでキャプチャする。待ち受けは --listen の指定のみ
issei-collect--file = 検知結果をこのファイルに追記(1 行 1 件の JSON)
issei-collect--webhook = 検知結果を POST する HTTP アドレス
issei-collect--metrics = /metrics・/health・/ready を提供するアドレスとポート
issei-collect--quiet = 検知結果を端末に表示しない
after--issei-collect =
    シグナル:
      SIGHUP   設定を読み直す。学習した内容は保持
      SIGTERM  ソケットに届いた分を判定し、書き出して終了

    終了コード:
      0  要求により終了。こちら側の喪失なし
      2  コマンドラインまたは設定の誤り
      4  障害(ソケット・出力)

## simulate, demo, drill, scenario, verify
issei-simulate = 乗っ取られた機器のある国の通信と、その正解データを生成
issei-simulate--preset = 同梱のシナリオ。省略時は回線数・時間・ボット数から作成
issei-simulate--scenario = 自作のシナリオ(TOML)
issei-simulate--seed = シード。同じシードからは 1 バイトも違わない国ができる
issei-simulate--lines = 加入者回線数 [既定値: 2000]
issei-simulate--minutes = 模擬する時間(分)[既定値: 60]
issei-simulate--bots = ボットになる回線数(全ファミリーの合計)[既定値: 20]
issei-simulate--sampling = エクスポーターは N パケットに 1 個を観測 [既定値: 1]
issei-simulate--format = 形式。ファイル中のフローレコードは UDP パケットとして格納
issei-simulate--format--pcap = パケット
issei-simulate--format--netflow9 = NetFlow バージョン 9
issei-simulate--format--ipfix = IPFIX
issei-simulate--format--sflow = sFlow バージョン 5
issei-simulate--out = 書き出すファイル、または実時間で送信するループバックアドレス(例:127.0.0.1:2055)
issei-simulate--truth = 正解データ(JSON)の書き出し先。省略時は出力ファイルの隣
issei-demo = 一斉に遮断する国の物語。--town やキャプチャを指定すると 1 社の検知を表示
issei-demo--paths = 手元のキャプチャ(仮想の町の後に判定)
issei-demo--town = 国の代わりに町を表示:1 社が 10 分間のパケットから検知するもの
issei-demo--step = 章ごとに Enter キーを待つ
issei-demo--fast = 閲読のための間と画面を省く
issei-demo--no_web = 端末のみで進め、画面を開かない
issei-drill = 検知から法的根拠・承認・終了まで、5 社での遮断の通し稽古
issei-drill--from = 参加事業者の検知結果:ファイル、または findings.jsonl のあるフォルダ。事業者ごとに 1 回
issei-drill--seed = シード。同じシードからは同じ稽古になる
issei-drill--ledger = 台帳のファイルの書き出し先(`issei ledger verify` で検証できる)
issei-scenario = 検証シナリオである物語を実行し、各段階の成否を表示
issei-scenario-run = 物語をすべて実行。成立しないものがあれば終了コードは 1
issei-scenario-run--paths = ページ、またはそのフォルダ
issei-verify = 検知結果のファイルに欠落・改変がないことを検証
issei-verify--file = 検知結果のファイル

## lab
issei-lab = 本物のパケットが流れるネットワーク名前空間の国を作り、遮断を試す
after--issei-lab =
    root 権限と、Debian のパッケージ iproute2・nftables・softflowd が必要です。すべては専用の
    ネットワーク名前空間と一つのフォルダにあり、外には何も出ません。`down` の後には何も残りません。
issei-lab-up = 名前空間の国を作る:ルーター・回線・サーバー・事務局・執行者
issei-lab-up--minutes = パケットを送る者が自動的に終了するまでの時間(分)
issei-lab-status = 動作中のもの、保持中の規則、通っている通信を 1 画面に表示
issei-lab-attack = 感染を開始:乗っ取られた機器が走査し、指令サーバーとのセッションを保つ
issei-lab-break = リンクを切断
issei-lab-break--link = リンク(例:m1-core)。省略時は一覧を表示
issei-lab-mend = リンクを復旧
issei-lab-mend--link = リンク
issei-lab-down = 実験国の全プロセスを終了し、名前空間とフォルダを削除
issei-lab-story = 感染から終了までの遮断の物語を、パケットを計測しながら進める
issei-lab-story--fast = 閲読のための間を省く
issei-lab-story--hard = その後、遮断中に停止スイッチを引き、全プロセスを強制終了する
issei-lab-story--figures = 数値を JSON でも書き出す
issei-lab-flood = 一社の回線からの攻撃に、その事業者が数秒以内に自動で対処する物語
issei-lab-actor = 実験国の名前空間の中で動く者
issei-lab-actor--seconds = 自動的に終了するまでの秒数
issei-lab-actor--log = 行ったことの記録先
issei-lab-actor-forward = 名前空間でパケットを転送
issei-lab-actor-server = 指令サーバーおよび通常のサービスとして応答
issei-lab-actor-server--command = ボットに応答するアドレス
issei-lab-actor-server--service = すべての者に応答するアドレス
issei-lab-actor-users = 一般の利用者:サービスに順に問い合わせる
issei-lab-actor-users--from = 先頭のアドレス(以降は連番)
issei-lab-actor-users--count = 人数
issei-lab-actor-users--ask = 問い合わせ先
issei-lab-actor-bots = 乗っ取られた機器
issei-lab-actor-bots--from = { issei-lab-actor-users--from }
issei-lab-actor-bots--scan = それぞれ 20 アドレスを走査するネットワーク
issei-lab-actor-bots--command = 指令元
issei-lab-actor-mark = 番号付きパケットを等間隔で送信
issei-lab-actor-mark--from = 送信元
issei-lab-actor-mark--to = 宛先
issei-lab-actor-mark--member = 参加事業者の番号
issei-lab-actor-mark--every = 2 パケットの間隔(マイクロ秒)
issei-lab-actor-flood = 接続開始によりサービスを攻撃する、乗っ取られた機器
issei-lab-actor-flood--from = { issei-lab-actor-users--from }
issei-lab-actor-flood--to = 攻撃対象
issei-lab-actor-flood--every = 1 台の接続開始の間隔(マイクロ秒)
issei-lab-actor-watch = 番号付きパケットの到着を、カーネルの時計で記録
issei-lab-actor-watch--interface = インターフェース
issei-lab-actor-card = 経路制御デーモンの通知を、ラインカードのように遮断
issei-lab-actor-card--from = デーモンとの通信の送信元
issei-lab-actor-card--daemon = デーモン
issei-lab-actor-card--number = 双方の AS 番号
issei-lab-actor-authority = 外の世界のすべての名前に応答
issei-lab-actor-authority--at = アドレス
issei-lab-actor-callers = 名前で指令サーバーを探す系統の、乗っ取られた機器
issei-lab-actor-callers--from = { issei-lab-actor-users--from }
issei-lab-actor-callers--resolver = 問い合わせ先
issei-lab-actor-callers--name = サーバーの名前
issei-lab-actor-callers--port = そのポート
issei-lab-actor-ask = リゾルバーに二つの名前を等間隔で交互に問い合わせ、応答を記録
issei-lab-actor-ask--from = 送信元
issei-lab-actor-ask--resolver = 問い合わせ先
issei-lab-actor-ask--name = 対象の名前
issei-lab-actor-ask--other = 別の名前
issei-lab-actor-ask--every = 2 件の問い合わせの間隔(マイクロ秒)
issei-lab-actor-keep = 届いたフローレコードをそのまま保存
issei-lab-actor-keep--listen = 待ち受けるアドレス

## coordinator, member, enforcer, sentinel
issei-coordinator = 国を設立、または調整機関を実行
issei-coordinator-found = 調整機関のフォルダを作る:認証局、台帳の鍵、空の憲章
issei-coordinator-found--folder = 新しいフォルダ
issei-coordinator-found--name = 調整機関の名前
issei-coordinator-found--listen = 参加事業者の接続先:この機器のアドレスとポート
issei-coordinator-found--approvals = 各指令に必要な承認の最少人数
issei-coordinator-run = フォルダの調整機関を、終了要求があるまで実行
issei-coordinator-run--folder = 調整機関のフォルダ
issei-member = `issei enrol join` で作ったフォルダの参加事業者を実行
issei-member--folder = 参加事業者のフォルダ
issei-member--restored = バックアップから復元したフォルダ:停止状態で起動し、既知の指令には参加しない
issei-enforcer = 参加事業者の装置を変更できる唯一のプロセスの設定・実行・停止
issei-enforcer-set-up = 事務局で固定した憲章を引き継ぎ、執行者のフォルダを作る
issei-enforcer-set-up--folder = 新しいフォルダ(装置を変更できる者が所有)
issei-enforcer-set-up--office = 参加事業者のフォルダ
issei-enforcer-run = フォルダの執行者を、終了要求があるまで実行
issei-enforcer-run--folder = 執行者のフォルダ
issei-enforcer-status = 装置と保持中の規則を表示
issei-enforcer-status--folder = 執行者のフォルダ
issei-enforcer-review = 事務局の新しい憲章による変更を表示し、固定する
issei-enforcer-review--folder = 執行者のフォルダ
issei-enforcer-review--office = 参加事業者のフォルダ
issei-enforcer-review--accept = このダイジェストの憲章を固定する
issei-enforcer-stop = 装置の全規則を解除し、以後も入れない(事務局もプロセスも不要)
issei-enforcer-stop--folder = 執行者のフォルダ
issei-enforcer-resume = この停止を解除(事務局からはできない)
issei-enforcer-resume--folder = 執行者のフォルダ
issei-enforcer-reload = 保護対象・設定・名前の常設リストを読み直す
issei-enforcer-reload--folder = 執行者のフォルダ
issei-sentinel = 全指令が共に遮断する自組織のアドレスで応答し、効果を計測可能にする
issei-sentinel-answer = 終了要求があるまで応答。特別な権限は不要
issei-sentinel-answer--address = 執行者の devices.toml の `[sentinel]` が指す、この機器のアドレス

## enrol
after--issei-order =
    終了コード:
      0  完了
      2  コマンドラインの誤り、または相手にとって意味のない依頼
      3  ファイルを読み取れない
      4  障害(事務局が動いていない、または応答がない)
      5  規則による拒否。拒否した規則と次の一手を表示
after--issei-enrol = { after--issei-order }
after--issei-case = { after--issei-order }
after--issei-appeal = { after--issei-order }
after--issei-reflex = { after--issei-order }
after--issei-stop = { after--issei-order }
after--issei-resume = { after--issei-order }
after--issei-reload = { after--issei-order }
after--issei-status = { after--issei-order }
after--issei-window = { after--issei-order }
after--issei-top = { after--issei-order }
after--issei-ledger-export = { after--issei-order }
issei-enrol = 組織と人物の参加手続き
issei-enrol-invite = 組織が一度だけ加入できるコードを作る
issei-enrol-invite--member = 組織(例:isp-a)
issei-enrol-invite--lines = 加入者回線数(定足数での重み)
issei-enrol-join = 調整機関の窓口が読み上げるコードを用い、新しいフォルダで国に加入
issei-enrol-join--folder = 参加事業者の事務局の新しいフォルダ
issei-enrol-join--member = 招待された参加事業者の名前
issei-enrol-join--coordinator = 調整機関の待ち受け先(例:192.0.2.1:7443)
issei-enrol-person = 人物の鍵を憲章に登録
issei-enrol-person--person = 人物(例:duty@isp-a)
issei-enrol-person--key = 鍵:.pub ファイル、または 16 進数 64 桁
issei-enrol-person--role = この鍵で行えること
issei-enrol-person--role--approver = 指令を承認する
issei-enrol-person--role--proposer = 指令を提案・撤回する(承認はできない)
issei-enrol-ceiling = 指令の上限の引き上げに署名。二名が同じ値に署名し、事業者が憲章と共に承認すると有効
issei-enrol-ceiling--per_order = 一つの指令で巻き込みを許す、容疑回線以外の最大回線数
issei-enrol-ceiling--per_day = 1 日の指令の合計で許す最大回線数
issei-enrol-revoke = 紛失した、または不要になった鍵を失効させる。以後の署名は無効
issei-enrol-revoke--key = 鍵:.pub ファイル、または 16 進数 64 桁
issei-enrol-review = 参加事業者で:提示された憲章による変更を表示
issei-enrol-review--accept = 今後はこのダイジェストの憲章に従う

## case, appeal
issei-case = 指令案を作れるまで、各社の検知結果を集める
issei-case-open = 対象に関する案件を、各社の検知結果と共に開く
issei-case-open--case = 案件名:英字・数字・-・.
issei-case-open--goal = 名前、アドレス、またはサービス(例:192.0.2.7:23/tcp)
issei-case-question = 対象と通信している回線数を各社に照会
issei-case-question--wait = 全社の回答を待つ秒数
issei-case-assess = 各社の回答を集計:遮断の影響範囲
issei-case-reopen = 発出後の案件で、更新のために再び集める(その指令より新しい検知が必要)
issei-case-show = 案件の根拠と現状を表示
issei-case-list = 案件を一覧
issei-case-close = 案件を終了
issei-case-close--why = 理由
issei-case-close--why--harmless = 対象は無害
issei-case-close--why--owner-acted = 所有者が対処
issei-case-close--why--ended = 指令の目的が消滅
issei-case-close--why--duplicate = 別の案件で対応
issei-case-report = 参加事業者で:検知した指令サーバーを調整機関に伝える(回線の情報は伝えない)
issei-case-report--from = 検知結果、または findings.jsonl のあるフォルダ。省略時は `analyze` の最後の保存先
issei-case-report--names = ボットに指令を出す名前(例:c2.example)。検知したものを指す場合に併せて伝える
issei-case-findings = 各社が伝えたものを一覧
issei-appeal = 遮断に対する外部からの申立ての表示と回答
issei-appeal-list = 申立てを、未回答のものから一覧
issei-appeal-answer = 一度だけ回答。申立人は受付番号で回答を読める
issei-appeal-answer--reference = 申立ての受付番号
issei-appeal-answer--person = 回答者
issei-appeal-answer--words = 回答の文面

## order
issei-order = 指令の提案・表示・署名・監視・終了
issei-order-propose = 案件の指令案を作り、人が読んで署名できるようにする
issei-order-propose--case = 案件(影響範囲の確認が必要)
issei-order-propose--ground = 指令の根拠とする、パックの行(例:C1)
issei-order-propose--facts = 根拠の行に必要な事実(1 件に 1 回)
issei-order-propose--stated_by = 事実を表明する者
issei-order-propose--confirmed_by = 事実を確認する二人目
issei-order-propose--proposer = 提案者。承認はできない [既定値: 事実を表明する者]
issei-order-propose--action = 措置:refuse-name、redirect、drop、rate-limit=PACKETS [既定値: 名前は応答を拒否、その他は遮断]
issei-order-propose--canary = 先行実施する参加事業者(複数指定可)
issei-order-propose--skip_canary = 先行実施を省く責任を負う承認者(二名必要)
issei-order-propose--quorum = 準備が必要な回線の割合(パーセント)
issei-order-propose--clock_limit = 時計の誤差がこれより大きい事業者は参加しない
issei-order-propose--lasts = 現在からすべての場所で終了するまでの時間(例:30m)
issei-order-propose--fire_within = 現在から実施してよい時間(例:5m)。過ぎると撤回
issei-order-propose--confirm_within = 最初の T から承認者が継続を確認する期限(例:10m)。確認がなければ自動的に終了 [既定値: 事務局に設定があればその値]
issei-order-propose--hold = 全員の承認後も `issei order arm` を待つ
after--issei-order-propose =
    事実:
      はい・いいえ   --fact necessity=yes
      数値           --fact impact=40
      日時           --fact requested_at=2026-01-31T09:00:00Z
      語句           --fact 'facility=resolver 2'
      文書           --fact request=@FILE、またはその SHA-256(16 進数)

    根拠の行に必要な事実が欠けている場合は、表明すべき内容を示します。
issei-order-list = 有効な指令と指令案を一覧
issei-order-show = 署名の対象、署名者、各社の状況を表示
issei-order-show--svg = 代わりに一斉性の図を SVG で出力(明・暗・印刷のいずれでも読める)
issei-order-approve = 指令の文面を表示し、そのとおりのものに署名
issei-order-confirm = T の直後に自動終了する指令の継続に署名し、終了日時まで続ける
issei-order-refuse = 自社を指令から外す。調整機関では指令案を取り下げる
issei-order-refuse--why = 参加しない理由
issei-order-refuse--why--legal = 根拠または承認が自社では成立しない
issei-order-refuse--why--collateral = 影響が広すぎる、または保護対象に及ぶ
issei-order-refuse--why--capacity = 装置に規則の余地がない
issei-order-refuse--why--technical = 時計、装置、または遅れた通知
issei-order-refuse--why--customer = 顧客の意向または契約
issei-order-arm = 承認済みで保留中の指令案を発出
issei-order-withdraw = 指令を期限前にすべての場所で終了
issei-order-withdraw--all = すべての指令を終了
issei-order-withdraw--reason = 理由
issei-order-withdraw--reason--by-person = 人の判断
issei-order-withdraw--reason--no-effect = 効果なし
issei-order-withdraw--reason--safeguarded = 対象が保護対象になった
issei-order-harm = 発動中、自社で通常の通信に影響が出ていることを伝える
issei-order-watch = T に向かう各社の状況を、指令が終わるまで表示

## reflex
issei-reflex = 事業者が数秒以内に自ら措置するための常時指令の提案・表示・署名・終了
issei-reflex-propose = 自社の常時指令の案をファイルから作り、人が読んで署名できるようにする
issei-reflex-propose--file = 常時指令(TOML)。docs/operating.md を参照
issei-reflex-list = 常時指令とその案を一覧
issei-reflex-show = 署名の対象、署名者、現状を表示
issei-reflex-approve = 常時指令の文面を表示し、そのとおりのものに署名
issei-reflex-withdraw = 常時指令を期限前に終了、または案を取り下げる
issei-reflex-withdraw--all = 自社のすべてを終了。調整機関では全社のすべてを終了
issei-reflex-status = 自社の自動措置の実施状況と拒否したものを表示
issei-reflex-request = 保護対象の事業者として、自らの宛先への通信の遮断を依頼
issei-reflex-release = この依頼を取り消し、通信を再び通す
issei-reflex-tell = 自社の他の機器が検知した契機を伝える
issei-reflex-tell--line = 自網の回線:そのアドレス、または IPv6 プレフィックス内のアドレス
issei-reflex-tell--flooding = 攻撃対象(例:198.51.100.7、198.51.100.7:80/udp)。省略時は送信元の偽装

## stop, resume, status, window, top
issei-stop = 自社の全規則を直ちに解除し、以後何にも参加しない:停止スイッチ
issei-resume = 停止後、再び参加
issei-reload = 事務局にリストと設定を再読込させ、保護対象になったものを解除
issei-status = 事務局の現状を 1 画面に表示
issei-show = 事務局が把握している情報を表示:目標、事業者、鍵、観測点、装置、閲覧記録など
issei-show-country = 合意された内容(調整機関、上限、各指令に必要な署名数)を表示
issei-show-members = 事業者を回線数と検知件数とともに一覧
issei-show-people = 担当者の鍵とその権限を一覧
issei-show-checkpoints = 台帳の最新のチェックポイントと署名者を一覧(調整機関のみ)
issei-show-goals = 国としての目標を一覧:目標値、実績、その前の 30 日間
issei-show-sensors = 事業者の収集プログラムへ記録を送る装置を一覧
issei-show-devices = 自社の規則を受け取る装置の状況を表示
issei-show-traffic = 回線と指令の対象との通信を事業者・秒ごとに一覧
issei-show-looks = 画面で検知や回線を閲覧した人を新しい順に一覧
issei-show-looks--only = この語(人・アドレス・日付)を含む記録だけ
issei-show-looks--most = 表示する最大件数
after--issei-show = { after--issei-order }
issei-why = アドレスや名前について、遮断の有無と理由、保護対象かどうかを一文で表示
issei-why--goal = アドレス、名前、または 192.0.2.7:23/tcp のようなサービス
after--issei-why = { after--issei-order }
issei-window = 事務局の画面を利用する人の管理
issei-window-invite = 画面に入るための一回限りのリンクを作る(パスワードはない)
issei-window-invite--person = 人物(例:duty@isp-a)
issei-window-invite--roles = 行えること(複数指定可)
issei-window-invite--roles--viewer = 状況と指令の閲覧
issei-window-invite--roles--analyst = 案件の開始と指令の提案
issei-window-invite--roles--abuse-desk = 回線の閲覧と通知の作成
issei-window-invite--roles--approver = 指令への署名
issei-window-invite--roles--operator = 発出・解除・設定
issei-window-invite--roles--auditor = すべての記録の閲覧
issei-window-people = 利用できる人、機器のトークン、登録待ちの鍵を一覧
issei-window-remove = 人物の利用手段をすべて終了:リンク・セッション・パスキー・トークン
issei-window-remove--person = 人物
issei-window-token = 機器のトークンを作る。表示は一度だけ
issei-window-token--name = 名前:小文字・数字・-
issei-window-token--person = 責任者。その人物の役割を超える権限はない
issei-window-token--roles = 行えること(複数指定可)
issei-window-token--roles--viewer = { issei-window-invite--roles--viewer }
issei-window-token--roles--analyst = { issei-window-invite--roles--analyst }
issei-window-token--roles--abuse-desk = { issei-window-invite--roles--abuse-desk }
issei-window-token--roles--approver = { issei-window-invite--roles--approver }
issei-window-token--roles--operator = { issei-window-invite--roles--operator }
issei-window-token--roles--auditor = { issei-window-invite--roles--auditor }
issei-window-token--days = 有効日数
issei-window-end-token = トークンを終了
issei-window-end-token--name = 名前
issei-top = 事務局の現状(発動中・各社・検知・観測元)を随時表示。キー操作で署名・解除

## lists
issei-lists = 保護対象の一覧の取り込みと、一覧から消えたものの整理
issei-lists-import = 他者の一覧を自組織の一覧に統合し、有効な指令への影響を表示
issei-lists-import--file = 一覧
issei-lists-import--kind = 一覧にあるものの種類
issei-lists-import--kind--control-plane = 網そのものを支えるもの
issei-lists-import--kind--resolver = 一般に利用されるリゾルバー
issei-lists-import--kind--ntp = 時刻サーバー
issei-lists-import--kind--cloud = 共用クラウド
issei-lists-import--kind--cdn = 配信ネットワーク
issei-lists-import--kind--protected-operator = 停止が人に害を及ぼす事業者
issei-lists-import--kind--emergency = 緊急通報と警報
issei-lists-import--kind--member-infrastructure = 参加事業者のルーター・リゾルバー・メール
issei-lists-import--kind--own = 自社の判断
issei-lists-import--kind--shared-hosting = 影響範囲の参考:一つのアドレスに多数のサイト
issei-lists-import--kind--anycast = 影響範囲の参考:多数の場所から広告
issei-lists-import--kind--leased-space = 影響範囲の参考:短期間の貸し出し
issei-lists-import--into = 事務局または執行者のフォルダ
issei-lists-import--source = 一覧の名前。省略時は一覧自身の名前、またはファイル名
issei-lists-import--dry_run = 変更せず、変更内容のみ表示
after--issei-lists-import =
    形式:
      1 行に 1 件のアドレス・プレフィックス・名前。# の後は理由
      種類が cidr・hostname・string の MISP 警告リスト

    取り込んだものは 1 秒以内に有効になり、影響範囲の参考は次の回答から使われます。他者の一覧の権利は
    作成元にあります。入手先は docs/operating.md を参照してください。
issei-lists-review = 一覧から消えてもなお有効なものを表示し、外す
issei-lists-review--folder = 事務局または執行者のフォルダ
issei-lists-review--accept = このダイジェストのものだけを外す

## doctor, keys, ledger, config and the rest
issei-doctor = この機器が参加事業者として行えることと、不足への次の一手を表示
issei-keys = 人物の鍵を作成・表示し、鍵で署名する
issei-keys-new = 鍵を作り、パスフレーズを付けて ssh-keygen でも読めるファイルに書く
issei-keys-new--file = ファイル(まだ存在しないこと)
issei-keys-new--comment = 鍵の持ち主(人が読むための注記)
issei-keys-show = 公開鍵を 1 行、16 進数、読み上げ用で表示
issei-keys-show--file = 鍵ファイル、またはその .pub ファイル
issei-keys-show--agent = ssh-agent にある Ed25519 の鍵を表示
issei-keys-sign = ファイルに署名し、`ssh-keygen -Y verify` 用の署名を出力
issei-keys-sign--file = 署名するファイル(全バイトが対象)
issei-keys-sign--namespace = 署名の用途。他の用途には使えない
issei-ledger = ファイルだけから台帳を検証、または架空の台帳を作成
issei-ledger-verify = 全タイル・記録・チェックポイントを検証し、最初の異常を示す
issei-ledger-verify--folder = ファイル `checkpoint` のあるフォルダ
issei-ledger-verify--key = 台帳の鍵(例:log.example/issei+0123abcd+AT…)。省略時は署名を検証しない
issei-ledger-verify--witness = 証人の鍵(複数指定可)。指定した場合、他者の行は異常とみなす
issei-ledger-verify--need = 署名が必要な証人の数 [既定値: 指定した全員]
after--issei-ledger-verify =
    鍵は、検証するフォルダからではなく、台帳の管理者と証人から入手してください。

    終了コード:
      0  欠落・改変なし:全ファイルが最新のチェックポイントと、それが鍵と一致
      1  異常あり:最初の記録またはファイルを表示
      2  コマンドラインの誤り
      3  ファイルを読み取れない
issei-ledger-export = 調整機関の事務局から、検証用に台帳のファイルを書き出す
issei-ledger-export--folder = 新しいフォルダ
issei-ledger-sample = 検証プログラムを試すための架空の台帳を作成(秘密鍵は公知)
issei-ledger-sample--folder = 新しいフォルダ
issei-ledger-sample--entries = 記録の件数
issei-config = 設定を検査・表示
issei-config-check = ファイルの誤りを、行・桁・修正方法と共にすべて示す
issei-config-check--file = collect の設定、事務局の `settings.toml`、執行者の `devices.toml`、またはこれらのあるフォルダ
issei-config-show = 有効な設定を、項目の説明と共に出力
issei-config-show--defaults = 既定値を、雛形のファイルとして出力
issei-config-reference = 全項目の種類・既定値・範囲・説明を英日併記で出力(Markdown)
issei-schema = 検知結果の JSON Schema を出力
issei-completions = シェルの補完スクリプトを出力
issei-completions--shell = シェル
issei-man = マニュアルページをフォルダに書き出す
issei-man--folder = フォルダ(なければ作成)
issei-help = このヘルプ、または指定したコマンドのヘルプを表示
