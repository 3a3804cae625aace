//! The local chat.

use pipeline_core::id::TaskId;
use pipeline_core::port::board::Board;
use pipeline_core::port::chat::Chat;

use testkit::sample::{START, at};

use crate::rig::Rig;

#[tokio::test]
async fn a_task_has_one_live_message_and_an_alert_rings_once() {
    let rig = Rig::new();
    let chat = rig.board.chat(rig.project.clone());
    chat.check().await.unwrap();
    chat.show(TaskId(7), "begun").await.unwrap();
    chat.alert(&"7-e1".into(), "approve me").await.unwrap();
    chat.show(TaskId(8), "other").await.unwrap();
    rig.a_second_later();
    chat.alert(&"7-e1".into(), "approve me").await.unwrap();
    chat.show(TaskId(7), "done").await.unwrap();
    rig.a_second_later();
    chat.show(TaskId(7), "done").await.unwrap();

    let messages = rig.board.messages(&rig.project).await.unwrap();
    let texts: Vec<_> = messages
        .iter()
        .map(|one| (one.text.as_str(), one.alert, one.at))
        .collect();
    assert_eq!(
        texts,
        [
            ("done", false, at(1)),
            ("approve me", true, START),
            ("other", false, START)
        ]
    );
    assert_eq!(rig.board.messages(&"xx".into()).await.unwrap(), []);
}
