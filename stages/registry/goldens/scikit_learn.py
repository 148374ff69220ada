"""Writes scikit-learn.json: what scikit-learn computes for the metrics and the TF-IDF baseline.

    pip install scikit-learn==1.9.1 && python scikit_learn.py > scikit-learn.json
"""
import json
import random

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_recall_fscore_support
from sklearn.svm import LinearSVC

random.seed(11)


def metrics(labels, truth, predicted):
    precision, recall, f1, support = precision_recall_fscore_support(truth, predicted, labels=labels, zero_division=0)
    return {
        "labels": labels,
        "truth": truth,
        "predicted": predicted,
        "accuracy": accuracy_score(truth, predicted),
        "macroF1": f1_score(truth, predicted, average="macro", zero_division=0),
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "f1": f1.tolist(),
        "support": support.tolist(),
        "confusion": confusion_matrix(truth, predicted, labels=labels).tolist(),
    }


def noisy(labels, count, wrong):
    truth = [random.choice(labels) for _ in range(count)]
    return truth, [random.choice(labels) if random.random() < wrong else label for label in truth]


WORDS = {
    "ham": "meeting agenda report Tuesday review notes team budget lunch thread".split(),
    "spam": "free money winner click offer prize cash viagra limited guaranteed".split(),
    "list": "unsubscribe patch kernel Re: mailing-list commit bug release diff build".split(),
}
COMMON = "the a of 2 to and is für это e_mail Ünïted day we you".split()


def text(label):
    words = [random.choice(WORDS[label] if random.random() < 0.4 else COMMON) for _ in range(random.randint(4, 14))]
    return random.choice([" ", ", ", "\n"]).join(words)


def tfidf(labels, count, tested):
    train_labels = [labels[i % len(labels)] for i in range(count)]
    train = [text(label) for label in train_labels]
    test = [text(random.choice(labels)) for _ in range(tested)] + ["nothing known here"]
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    rows = vectorizer.fit_transform(train)
    model = LinearSVC(C=1, tol=1e-10, max_iter=1_000_000, random_state=0).fit(rows, [labels.index(l) for l in train_labels])
    test_rows = vectorizer.transform(test)
    return {
        "labels": labels,
        "train": [{"text": t, "label": l} for t, l in zip(train, train_labels)],
        "test": test,
        "columns": len(vectorizer.vocabulary_),
        "rowSums": test_rows.sum(axis=1).A1.tolist(),
        "decisions": model.decision_function(test_rows).tolist(),
        "predicted": [labels[i] for i in model.predict(test_rows).tolist()],
    }


print(json.dumps({
    "metrics": [
        metrics(["ham", "spam"], *noisy(["ham", "spam"], 40, 0.3)),
        metrics(["a", "b", "c", "never"], *noisy(["a", "b", "c"], 60, 0.5)),
        metrics(["a", "b", "c"], ["a", "a", "b"], ["a", "c", "c"]),
    ],
    "tfidf": [tfidf(["ham", "spam"], 40, 12), tfidf(["ham", "spam", "list"], 45, 12)],
}, indent=1, ensure_ascii=False))
